/** What WhatsApp takes, as the server checks it: characters, unless it says otherwise. */
export const LIMITS = {
  body: 1_024,
  listBody: 4_096,
  edge: 60,
  button: 20,
  buttons: 3,
  rows: 10,
  row: 24,
  description: 72,
  url: 2_000,
  place: 1_000,
  cardLine: 1_000,
  /** Lines of one kind on a card. */
  cardLines: 20,
} as const;

/** Characters as WhatsApp counts them. */
export const lengthOf = (text: string): number => [...text].length;
