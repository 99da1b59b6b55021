import { Fragment } from 'react';

/** Words with `<b>…</b>` in them. */
export function Rich({ text }: { text: string }) {
  return text.split(/<b>(.*?)<\/b>/g).map((part, index) => {
    const key = `${String(index)} ${part}`;
    return index % 2 === 1 ? <b key={key}>{part}</b> : <Fragment key={key}>{part}</Fragment>;
  });
}
