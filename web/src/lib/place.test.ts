import { describe, expect, it } from 'vitest';
import { placeOf } from '@/lib/place';

describe('a pasted place', () => {
  it.each([
    ['51.9244, 4.4777', 51.9244, 4.4777, undefined],
    ['-33.86 151.21', -33.86, 151.21, undefined],
    ['geo:51.9,4.4', 51.9, 4.4, undefined],
    ['geo:51.9,4.4;u=35', 51.9, 4.4, undefined],
    ['geo:0,0?q=51.9,4.4(Vela%20Bikes)', 51.9, 4.4, 'Vela Bikes'],
    ['https://www.google.com/maps/place/Vela+Bikes/@51.90,4.40,17z/data=!3m1!8m2!3d51.91!4d4.41', 51.91, 4.41, 'Vela Bikes'],
    ['https://www.google.co.uk/maps/@51.9,4.4,15z', 51.9, 4.4, undefined],
    ['https://maps.google.com/?q=51.9,4.4', 51.9, 4.4, undefined],
    ['https://www.google.com/maps/search/?api=1&query=51.9%2C4.4', 51.9, 4.4, undefined],
    ['https://maps.apple.com/?ll=51.9,4.4&q=Vela', 51.9, 4.4, 'Vela'],
    ['https://maps.apple.com/place?coordinate=51.9,4.4&name=Vela', 51.9, 4.4, 'Vela'],
    ['https://www.openstreetmap.org/?mlat=51.9&mlon=4.4#map=17/1/2', 51.9, 4.4, undefined],
    ['https://www.openstreetmap.org/#map=17/51.9/4.4', 51.9, 4.4, undefined],
  ])('is read from %s', (text, latitude, longitude, name) => {
    expect(placeOf(text)).toEqual({ latitude, longitude, ...(name ? { name } : {}) });
  });

  it.each(['', 'Quay 1, Rotterdam', '99, 4', '51, 181', 'https://evil.example/?q=51.9,4.4', 'https://notgoogle.com.evil.example/@51,4', 'javascript:51,4', 'https://maps.app.goo.gl/abc', 'https://www.google.com/maps/%E0%A4%A'])('is none in %j', (text) => {
    expect(placeOf(text)).toBeNull();
  });
});
