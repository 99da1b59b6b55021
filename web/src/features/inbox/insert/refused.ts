import { createContext } from 'react';

/** Why nothing of what is made in a dialog would be sent at this moment; `null` when it would. It may change while one is open. */
export const RefusedNow = createContext<string | null>(null);
