/** Which cards are ticked: some, or everything that the list holds. */
import { create } from 'zustand';
import type { BulkJob } from '@/api/types';

export type Selection = {
  /** Cards are ticked by a click. */
  on: boolean;
  ids: ReadonlySet<string>;
  /** Everything that the list holds, but for those that were taken out. */
  all: boolean;
  except: ReadonlySet<string>;
};

const NONE: Selection = { on: false, ids: new Set(), all: false, except: new Set() };

export const useSelection = create<Selection>(() => NONE);

/** Is this card ticked? */
export const isTicked = (selection: Selection, id: string): boolean => (selection.all ? !selection.except.has(id) : selection.ids.has(id));

/** Ticks a card, or not any more. */
export function toggleTick(id: string): void {
  useSelection.setState((state) => {
    const set = new Set(state.all ? state.except : state.ids);
    if (!set.delete(id)) set.add(id);
    return state.all ? { on: true, except: set } : { on: true, ids: set };
  });
}

/** Ticks these too. */
export function tick(ids: readonly string[]): void {
  useSelection.setState((state) =>
    state.all ? { on: true, except: new Set([...state.except].filter((id) => !ids.includes(id))) } : { on: true, ids: new Set([...state.ids, ...ids]) },
  );
}

/** Ticks everything that the list holds, also what is not loaded. */
export function tickAll(): void {
  useSelection.setState({ on: true, all: true, ids: new Set(), except: new Set() });
}

/** Ends ticking. */
export function untick(): void {
  useSelection.setState(NONE, true);
}

/** Begins ticking, with nothing ticked yet. */
export function beginTicking(): void {
  useSelection.setState({ ...NONE, on: true }, true);
}

/** The bulk change that goes on, of the one who is signed in, and the one whose failures are looked at. */
export const useBulk = create<{ running: BulkJob | null; failuresOf: string | null }>(() => ({ running: null, failuresOf: null }));
