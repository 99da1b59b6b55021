/**
 * Recordings as WhatsApp plays them. A browser that records Opus into WebM (RFC 8794, Matroska) has its packets moved
 * into Ogg (RFC 3533, RFC 7845), byte for byte: nothing is encoded again.
 */

export class UnreadableRecording extends Error {}

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const BLOCK_GROUP = 0xa0;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const CODEC_ID = 0x86;
const CODEC_PRIVATE = 0x63a2;
/** Elements whose inside is read as it comes; their sizes are often not known while recording. */
const OPENED = new Set([SEGMENT, CLUSTER, TRACKS, TRACK, BLOCK_GROUP]);

/** Packets on a page, at most: a second of the usual 20 ms each. */
const PACKETS_A_PAGE = 50;
const SEGMENTS_A_PAGE = 255;

type Stream = { head: Uint8Array; packets: Uint8Array[] };

/** The Opus packets of a WebM recording, in order. A last element that was cut off is left out. */
export function packetsOf(webm: Uint8Array): Stream {
  const packets: Uint8Array[] = [];
  let head: Uint8Array | undefined;
  let codec = '';
  let at = 0;
  const number = (marked: boolean): number | null | undefined => {
    const first = webm[at];
    if (first === undefined || first === 0) return undefined;
    const length = Math.clz32(first) - 23;
    if (at + length > webm.length) return undefined;
    let value = marked ? first : first & (0xff >> length);
    let unknown = (first & (0xff >> length)) === 0xff >> length;
    for (let index = 1; index < length; index += 1) {
      const byte = webm[at + index] ?? 0;
      value = value * 256 + byte;
      unknown &&= byte === 0xff;
    }
    at += length;
    return unknown && !marked ? null : value;
  };
  while (at < webm.length) {
    const id = number(true);
    const size = number(false);
    if (id === undefined || id === null || size === undefined) break;
    if (OPENED.has(id)) continue;
    if (size === null || at + size > webm.length) break;
    const content = webm.subarray(at, at + size);
    at += size;
    if (id === CODEC_ID) codec = new TextDecoder().decode(content);
    else if (id === CODEC_PRIVATE) head = content;
    else if (id === SIMPLE_BLOCK || id === BLOCK) {
      // The track's number, two bytes of time, flags; a single track of sound has no lacing.
      const skipped = Math.clz32(content[0] ?? 1) - 23 + 3;
      if (((content[skipped - 1] ?? 0) & 0x06) !== 0) throw new UnreadableRecording('laced blocks');
      if (content.length > skipped) packets.push(content.subarray(skipped));
    }
  }
  if (codec !== 'A_OPUS' || !head || new TextDecoder().decode(head.subarray(0, 8)) !== 'OpusHead') throw new UnreadableRecording('no Opus');
  if (packets.length === 0) throw new UnreadableRecording('no sound');
  return { head, packets };
}

/** Samples of a packet, at 48 kHz (RFC 6716, section 3.1). */
export function samplesOf(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const config = toc >> 3;
  const frame =
    config < 12 ? ([480, 960, 1_920, 2_880][config & 3] ?? 0)
    : config < 16 ? ([480, 960][config & 1] ?? 0)
    : ([120, 240, 480, 960][config & 3] ?? 0);
  const count = (toc & 3) === 0 ? 1 : (toc & 3) === 3 ? (packet[1] ?? 0) & 0x3f : 2;
  return frame * count;
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value >>> 0;
});

/** The checksum of a page (RFC 3533, section 6). */
export function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return crc;
}

const segmentsOf = (packet: Uint8Array): number => Math.floor(packet.length / 255) + 1;

function page(flags: number, granule: number, serial: number, sequence: number, packets: Uint8Array[]): Uint8Array {
  const table = packets.flatMap((packet) => [...Array<number>(segmentsOf(packet) - 1).fill(255), packet.length % 255]);
  const bytes = new Uint8Array(27 + table.length + packets.reduce((sum, one) => sum + one.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('OggS'));
  bytes[5] = flags;
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = table.length;
  bytes.set(table, 27);
  let at = 27 + table.length;
  for (const packet of packets) {
    bytes.set(packet, at);
    at += packet.length;
  }
  view.setUint32(22, checksum(bytes), true);
  return bytes;
}

/** Ogg with these packets. */
export function oggOf({ head, packets }: Stream, serial = 1): Uint8Array<ArrayBuffer> {
  const vendor = new TextEncoder().encode('Switchboard');
  const tags = new Uint8Array(8 + 4 + vendor.length + 4);
  tags.set(new TextEncoder().encode('OpusTags'));
  new DataView(tags.buffer).setUint32(8, vendor.length, true);
  tags.set(vendor, 12);
  const pages = [page(2, 0, serial, 0, [head]), page(0, 0, serial, 1, [tags])];
  let granule = 0;
  let waiting: Uint8Array[] = [];
  let segments = 0;
  const flush = (last: boolean) => {
    pages.push(page(last ? 4 : 0, granule, serial, pages.length, waiting));
    waiting = [];
    segments = 0;
  };
  for (const packet of packets) {
    const more = segmentsOf(packet);
    if (more > SEGMENTS_A_PAGE) throw new UnreadableRecording('a packet larger than a page');
    if (waiting.length === PACKETS_A_PAGE || segments + more > SEGMENTS_A_PAGE) flush(false);
    waiting.push(packet);
    segments += more;
    granule += samplesOf(packet);
  }
  flush(true);
  const bytes = new Uint8Array(pages.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of pages) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

/** A recording as a file that WhatsApp takes: Ogg with Opus where it can be, which plays as a voice note; else M4A. */
export async function fileOf(recording: Blob): Promise<File> {
  const type = recording.type.split(';')[0];
  if (type === 'audio/ogg') return new File([recording], 'voice.ogg', { type: 'audio/ogg' });
  const bytes = new Uint8Array(await recording.arrayBuffer());
  if (type === 'audio/webm') return new File([oggOf(packetsOf(bytes))], 'voice.ogg', { type: 'audio/ogg' });
  if (type !== 'audio/mp4' || new TextDecoder().decode(bytes.subarray(4, 8)) !== 'ftyp') throw new UnreadableRecording(recording.type);
  // It holds sound alone, which is what the name of its kind says then.
  bytes.set(new TextEncoder().encode('M4A '), 8);
  return new File([bytes], 'voice.m4a', { type: 'audio/mp4' });
}
