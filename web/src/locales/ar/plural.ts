/** All forms of a word after a number: none, one, two, 3 to 10, 11 to 99, and the rest. */
export function plural<Key extends string>(key: Key, one: string, two: string, few: string, many: string, other: string): Record<`${Key}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}`, string> {
  return { [`${key}_zero`]: other, [`${key}_one`]: one, [`${key}_two`]: two, [`${key}_few`]: few, [`${key}_many`]: many, [`${key}_other`]: other } as Record<`${Key}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}`, string>;
}
