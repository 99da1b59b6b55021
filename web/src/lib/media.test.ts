import { expect, test } from 'vitest';
import { acceptOf, fileLabel, fileSize, isOf, isRefused, kindOf, limitWords, mediaAddress, money, orderTotal } from '@/lib/media';

const file = { media_id: 'med_1', mime_type: 'image/jpeg', state: 'ready' as const };

test('a small picture is asked for only where there is one', () => {
  expect(mediaAddress({ ...file, thumbnail: true }, true)).toBe('/api/v1/media/med_1?thumbnail=true');
  expect(mediaAddress(file, true)).toBe('/api/v1/media/med_1');
});

test('sizes are told in the unit in which they are small numbers', () => {
  expect([0, 812, 1_024, 4_300, 17_800_000].map(fileSize)).toEqual(['0 B', '812 B', '1 KB', '4.2 KB', '17 MB']);
});

test('limits are told as WhatsApp tells them', () => {
  expect((['image', 'audio', 'video', 'document', 'sticker'] as const).map(limitWords)).toEqual(['5 MB', '16 MB', '16 MB', '100 MB', '500 KB']);
});

test('a file is shown as what its name ends in, whatever its sender says that it is', () => {
  const label = (filename: string | null, mime_type: string) => fileLabel({ filename, mime_type });
  expect(label('invoice.pdf.exe', 'application/pdf')).toBe('EXE');
  expect(label('invoice.exe. ', 'application/pdf')).toBe('EXE');
  expect(label('invoice.pdf/run.exe', 'application/pdf')).toBe('EXE');
  expect(label('invoice', 'application/pdf; charset=binary')).toBe('PDF');
  expect(label(null, 'image/svg+xml')).toBe('SVG');
  expect(label(null, 'application/x-tar')).toBe('TAR');
  expect(label(null, '')).toBeUndefined();
});

test('an order has a total where all of it has a price in one currency', () => {
  const line = (price: string, currency: string, quantity: number) => ({ product_id: 'p', price, currency, quantity });
  const order = (...products: ReturnType<typeof line>[]) => ({ catalog_id: 'c', products });
  expect(orderTotal(order(line('30', 'USD', 2), line('1.5', 'USD', 1)))).toBe(money('61.5', 'USD'));
  expect(orderTotal(order(line('30', 'USD', 2), line('1', 'EUR', 1)))).toBeNull();
  expect(orderTotal(order(line('', 'USD', 2)))).toBeNull();
  expect(orderTotal(order())).toBeNull();
});

test('an odd price or currency is told as it came', () => {
  expect(money('about 3', 'USD')).toBe('about 3');
  expect(money('3', 'gold')).toBe('3 gold');
});

test('a file goes as what people expect, and as a file where it is too large for that', () => {
  expect(kindOf('image/png', 1_000)).toBe('image');
  expect(kindOf('image/png', 6 * 1024 * 1024)).toBe('document');
  expect(kindOf('audio/ogg; codecs=opus', 1_000)).toBe('audio');
  expect(kindOf('video/mp4', 1_000)).toBe('video');
  expect(kindOf('image/svg+xml', 1_000)).toBe('document');
  expect(kindOf('', 1_000)).toBe('document');
});

test('what WhatsApp takes in no way is refused before it is uploaded, and what is not sure is not', () => {
  const refused = (name: string, type: string) => isRefused({ name, type });
  for (const [name, type] of [['a.svg', 'image/svg+xml'], ['a.heic', 'image/heic'], ['a.html', 'text/html'], ['a.exe', 'application/x-msdownload'], ['a.webm', 'video/webm']] as const) expect(refused(name, type), name).toBe(true);
  for (const [name, type] of [['a.png', 'image/png'], ['a.webp', 'image/webp'], ['a.ogg', 'audio/ogg; codecs=opus'], ['a.pdf', 'application/pdf'], ['a.csv', 'text/csv'], ['a', ''], ['a.docx', 'application/octet-stream']] as const) expect(refused(name, type), name).toBe(false);
});

test('a WebP goes as a sticker and as nothing else, also where it is too large for one', () => {
  expect(kindOf('image/webp', 50_000)).toBe('sticker');
  expect(kindOf('image/webp', 600 * 1024)).toBe('sticker');
});

test('what stands above words is of the kind that belongs there', () => {
  expect(acceptOf('document')).toBe('.pdf,.txt,.doc,.xls,.ppt,.docx,.xlsx,.pptx');
  expect(isOf('document', { name: 'Prices.PDF', type: 'application/pdf' })).toBe(true);
  expect(isOf('document', { name: 'photo.jpg', type: 'image/jpeg' })).toBe(false);
  expect(isOf('image', { name: 'photo.jpg', type: 'image/jpeg' })).toBe(true);
  expect(isOf('image', { name: 'film.mp4', type: 'video/mp4' })).toBe(false);
});
