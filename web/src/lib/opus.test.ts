import { describe, expect, it } from 'vitest';
import { checksum, fileOf, oggOf, packetsOf, samplesOf, UnreadableRecording } from '@/lib/opus';

const text = (words: string): number[] => [...new TextEncoder().encode(words)];
const element = (id: number[], content: number[]): number[] => [...id, 0x10 | (content.length >> 24), (content.length >> 16) & 0xff, (content.length >> 8) & 0xff, content.length & 0xff, ...content];
const open = (id: number[]): number[] => [...id, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const head = [...text('OpusHead'), 1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0];
const packet = (length: number): number[] => [0x78, ...Array<number>(length - 1).fill(7)];

/** As Chromium records: a segment and clusters whose sizes are not known. */
function webm(packets: number[][], codec = 'A_OPUS'): Uint8Array<ArrayBuffer> {
  const track = element([0xae], [...element([0x86], text(codec)), ...element([0x63, 0xa2], head)]);
  const blocks = packets.map((one) => element([0xa3], [0x81, 0, 0, 0x80, ...one]));
  return Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], text('webm'))),
    ...open([0x18, 0x53, 0x80, 0x67]),
    ...element([0x16, 0x54, 0xae, 0x6b], track),
    ...open([0x1f, 0x43, 0xb6, 0x75]),
    ...blocks.flat(),
  ]);
}

type Page = { flags: number; granule: number; sequence: number; packets: Uint8Array[] };

/** Reads Ogg by its specification, and its checksums with it. */
function pagesOf(ogg: Uint8Array): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < ogg.length; ) {
    const view = new DataView(ogg.buffer, at);
    expect(new TextDecoder().decode(ogg.subarray(at, at + 4))).toBe('OggS');
    const count = view.getUint8(26);
    const table = ogg.subarray(at + 27, at + 27 + count);
    const size = 27 + count + table.reduce((sum, one) => sum + one, 0);
    const blank = ogg.slice(at, at + size);
    blank.fill(0, 22, 26);
    expect(view.getUint32(22, true)).toBe(checksum(blank));
    const packets: Uint8Array[] = [];
    let from = at + 27 + count;
    let length = 0;
    for (const segment of table) {
      length += segment;
      if (segment === 255) continue;
      packets.push(ogg.subarray(from, from + length));
      from += length;
      length = 0;
    }
    pages.push({ flags: view.getUint8(5), granule: Number(view.getBigUint64(6, true)), sequence: view.getUint32(18, true), packets });
    at += size;
  }
  return pages;
}

describe('a recording', () => {
  it('moves from WebM into Ogg packet by packet, with time and checksums', () => {
    const recorded = Array.from({ length: 120 }, (_, index) => packet(index === 3 ? 255 : index === 4 ? 600 : 40 + index));
    const pages = pagesOf(oggOf(packetsOf(webm(recorded))));
    expect([...(pages[0]?.packets[0] ?? [])]).toEqual(head);
    expect(pages[0]?.flags).toBe(2);
    expect(new TextDecoder().decode(pages[1]?.packets[0]?.subarray(0, 8))).toBe('OpusTags');
    expect(pages.slice(2).flatMap((page) => page.packets.map((one) => [...one]))).toEqual(recorded);
    expect(pages.map((page) => page.sequence)).toEqual(pages.map((_, index) => index));
    expect(pages.at(-1)).toMatchObject({ flags: 4, granule: 120 * 960 });
    expect(pages.slice(2, -1).every((page) => page.flags === 0 && page.granule % 960 === 0)).toBe(true);
  });

  it('is kept up to where it was cut off', () => {
    const whole = webm([packet(50), packet(50)]);
    expect(packetsOf(whole.subarray(0, -10)).packets).toHaveLength(1);
  });

  it('is refused without Opus, without sound, and when it is noise', () => {
    for (const bytes of [webm([packet(5)], 'A_VORBIS'), webm([]), new Uint8Array(), Uint8Array.from(text('no WebM at all'))]) {
      expect(() => packetsOf(bytes)).toThrow(UnreadableRecording);
    }
  });

  it('has its checksum as the specification counts it', () => {
    // The CRC-32 of MPEG-2, from zero: of "123456789".
    expect(checksum(Uint8Array.from(text('123456789')))).toBe(0x89a1897f);
  });

  it('lasts as its packets say', () => {
    expect([[0x78], [0xf8], [0x79, 0], [0x7b, 3], [0x00], [0x80]].map((bytes) => samplesOf(Uint8Array.from(bytes)))).toEqual([960, 960, 1_920, 2_880, 480, 120]);
  });

  it('goes as it is where the browser makes Ogg, and as M4A where it makes MP4', async () => {
    expect((await fileOf(new Blob(['OggS'], { type: 'audio/ogg;codecs=opus' }))).name).toBe('voice.ogg');
    const m4a = await fileOf(new Blob([Uint8Array.from([0, 0, 0, 20, ...text('ftypiso5'), 0, 0, 0, 0])], { type: 'audio/mp4' }));
    expect([m4a.name, new TextDecoder().decode((await m4a.arrayBuffer()).slice(4, 12))]).toEqual(['voice.m4a', 'ftypM4A ']);
    await expect(fileOf(new Blob(['?'], { type: 'audio/wav' }))).rejects.toThrow(UnreadableRecording);
  });
});
