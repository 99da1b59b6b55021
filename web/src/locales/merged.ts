type Words = { readonly [key: string]: string | Words };

/** Words of several files as one: sections that stand in two of them are joined. */
export function merged(...files: readonly Words[]): Words {
  const all: Record<string, string | Words> = {};
  for (const file of files)
    for (const [key, words] of Object.entries(file)) {
      const known = all[key];
      all[key] = typeof words === 'object' && typeof known === 'object' ? merged(known, words) : words;
    }
  return all;
}
