/** Who is meant by the names after an @. */
import type { User } from '@/api/types';

/** Most people that a note can be for: the server's limit. */
export const MENTIONS_MAX = 20;

const isLetter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** A stretch of a note: plain, or somebody's name after an @. */
export type Piece = { text: string; user?: User };

/** A note in pieces. Of two names that begin alike the longer is meant; who is called the same is meant by both. */
export function piecesOf(text: string, users: readonly User[]): Piece[] {
  const named = [...users].filter((user) => user.name !== '').sort((a, b) => b.name.length - a.name.length);
  const pieces: Piece[] = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const user = text[at] === '@' && !isLetter(text[at - 1])
      ? named.find(({ name }) => text.startsWith(name, at + 1) && !isLetter(text[at + 1 + name.length]))
      : undefined;
    if (!user) {
      plain += text[at] ?? '';
      at += 1;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain });
    plain = '';
    pieces.push({ text: `@${user.name}`, user });
    at += 1 + user.name.length;
  }
  if (plain !== '') pieces.push({ text: plain });
  return pieces;
}

/** The ids of those whom a note names, each once. */
export function mentionsIn(text: string, users: readonly User[]): string[] {
  const names = new Set(piecesOf(text, users).flatMap(({ user }) => (user ? [user.name] : [])));
  return users.filter(({ name }) => names.has(name)).map(({ id }) => id).slice(0, MENTIONS_MAX);
}

/** Those who are meant by what was typed after an @, the likeliest first. */
export function findPeople(users: readonly User[], typed: string): User[] {
  const wanted = typed.toLowerCase();
  const rank = ({ name }: User) => {
    const words = name.toLowerCase().split(/\s+/);
    return name.toLowerCase().startsWith(wanted) ? 0 : words.some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return users.map((user) => ({ user, rank: rank(user) })).filter((one) => one.rank < 2).sort((a, b) => a.rank - b.rank).map((one) => one.user);
}
