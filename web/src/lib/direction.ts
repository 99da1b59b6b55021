/** Which way the page is read. */

export function isRtl(): boolean {
  return document.documentElement.dir === 'rtl';
}

/** What an arrow key means along the line of reading: 1 on, -1 back, 0 for any other key. */
export function forward(key: string): 1 | -1 | 0 {
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  return step === 0 ? 0 : isRtl() ? (-step as 1 | -1) : step;
}
