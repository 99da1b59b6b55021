import type { Browser } from '@playwright/test';
import { oggOf } from '../src/lib/opus';

/** Files that people send: drawn and sounded on the spot. */
export type Files = { bike: Buffer; drivetrain: Buffer; voice: Buffer; pdf: Buffer };

const wheel = (x: number, y: number, r: number): string =>
  `<g fill="none" stroke="rgb(38 42 48)"><circle cx="${String(x)}" cy="${String(y)}" r="${String(r)}" stroke-width="${String(r / 9)}"/><circle cx="${String(x)}" cy="${String(y)}" r="${String(r / 9)}" stroke-width="${String(r / 14)}"/>${Array.from({ length: 18 }, (_, nth) => {
    const turn = (nth * Math.PI) / 9;
    return `<path d="M${String(x)} ${String(y)}L${String(x + r * Math.cos(turn))} ${String(y + r * Math.sin(turn))}" stroke-width="1.6" stroke="rgb(120 124 130)"/>`;
  }).join('')}</g>`;

/** A bicycle against a wall. */
const bike = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 800" width="1200" height="800">
  <defs><linearGradient id="wall" x2="0" y2="1"><stop stop-color="rgb(226 214 196)"/><stop offset="1" stop-color="rgb(206 190 168)"/></linearGradient><linearGradient id="floor" x2="0" y2="1"><stop stop-color="rgb(132 122 112)"/><stop offset="1" stop-color="rgb(96 90 84)"/></linearGradient></defs>
  <rect width="1200" height="600" fill="url(#wall)"/><rect y="600" width="1200" height="200" fill="url(#floor)"/>
  ${Array.from({ length: 10 }, (_, row) => `<path d="M0 ${String(row * 60)}H1200" stroke="rgb(196 180 158)" stroke-width="2"/>`).join('')}
  <rect x="800" y="70" width="260" height="210" rx="8" fill="rgb(158 190 204)" stroke="rgb(250 248 244)" stroke-width="14"/>
  <ellipse cx="600" cy="668" rx="440" ry="26" fill="rgb(60 56 52)" opacity=".45"/>
  ${wheel(360, 510, 150)}${wheel(850, 510, 150)}
  <g fill="none" stroke="rgb(34 98 74)" stroke-width="20" stroke-linejoin="round" stroke-linecap="round"><path d="M360 510L500 290L770 290L590 510Z"/><path d="M480 250L590 510M760 230L850 510M770 290L750 200"/></g>
  <g fill="none" stroke="rgb(38 42 48)" stroke-width="14" stroke-linecap="round"><path d="M430 246H530" stroke-width="26" stroke="rgb(120 74 40)"/><path d="M750 200q-6 -40 60 -34"/><path d="M590 510l56 60M626 572h44"/></g>
  <circle cx="590" cy="510" r="44" fill="rgb(58 62 70)"/><circle cx="590" cy="510" r="30" fill="none" stroke="rgb(150 154 160)" stroke-width="5"/><path d="M590 466L360 494M590 554L360 526" stroke="rgb(58 62 70)" stroke-width="5"/>
</svg>`;

/** What is between the chain and the spokes. */
const drivetrain = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 900" width="1200" height="900">
  <defs><radialGradient id="back" cx=".35" cy=".3" r="1"><stop stop-color="rgb(178 182 186)"/><stop offset="1" stop-color="rgb(88 92 98)"/></radialGradient></defs>
  <rect width="1200" height="900" fill="url(#back)"/>
  ${Array.from({ length: 26 }, (_, nth) => `<path d="M560 420L${String(560 + 1_200 * Math.cos((nth * Math.PI) / 13))} ${String(420 + 1_200 * Math.sin((nth * Math.PI) / 13))}" stroke="rgb(206 210 214)" stroke-width="5"/>`).join('')}
  ${[250, 218, 188, 160, 134, 110, 88].map((r, nth) => `<circle cx="560" cy="420" r="${String(r)}" fill="rgb(${String(70 + nth * 14)} ${String(74 + nth * 14)} ${String(80 + nth * 14)})" stroke="rgb(40 44 48)" stroke-width="6" stroke-dasharray="16 9"/>`).join('')}
  <circle cx="560" cy="420" r="46" fill="rgb(32 34 38)"/><path d="M310 430L-20 300M560 675L-20 640" stroke="rgb(34 36 40)" stroke-width="22" stroke-dasharray="26 7"/>
  <path d="M590 440q90 90 60 190l-40 120" fill="none" stroke="rgb(34 98 74)" stroke-width="46" stroke-linecap="round"/>
  <circle cx="640" cy="640" r="62" fill="rgb(46 48 54)" stroke="rgb(150 154 160)" stroke-width="8"/><circle cx="600" cy="780" r="62" fill="rgb(46 48 54)" stroke="rgb(150 154 160)" stroke-width="8"/>
  <circle cx="640" cy="560" r="120" fill="none" stroke="rgb(214 60 50)" stroke-width="12"/>
</svg>`;

/** Draws, sounds and writes them. */
export async function files(browser: Browser, url: string): Promise<Files> {
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } });
  try {
    const draw = async (svg: string): Promise<Buffer> => {
      await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
      return page.locator('svg').screenshot({ type: 'jpeg', quality: 82 });
    };
    const [bikePicture, drivetrainPicture] = [await draw(bike), await draw(drivetrain)];
    // Sound is put together where the browser lets a page do so: on a page of this machine.
    await page.goto(`${url}/healthz`);
    const sound = await page.evaluate(async () => {
      const rate = 48_000;
      const packets: number[][] = [];
      let head: number[] = [];
      const encoder = new AudioEncoder({
        output: (chunk, about) => {
          const bytes = new Uint8Array(chunk.byteLength);
          chunk.copyTo(bytes);
          packets.push([...bytes]);
          const description = about?.decoderConfig?.description;
          if (description) head = [...new Uint8Array(description as ArrayBuffer)];
        },
        error: (error) => { throw error; },
      });
      encoder.configure({ codec: 'opus', sampleRate: rate, numberOfChannels: 1, bitrate: 24_000 });
      const data = new Float32Array(rate * 9);
      for (let at = 0; at < data.length; at += 1) data[at] = Math.sin((at / rate) * 2 * Math.PI * (180 + 60 * Math.sin(at / 9_000))) * 0.3 * Math.abs(Math.sin(at / 14_000));
      encoder.encode(new AudioData({ format: 'f32', sampleRate: rate, numberOfFrames: data.length, numberOfChannels: 1, timestamp: 0, data }));
      await encoder.flush();
      return { head, packets };
    });
    const voice = Buffer.from(oggOf({ head: new Uint8Array(sound.head), packets: sound.packets.map((one) => new Uint8Array(one)) }));
    return { bike: bikePicture, drivetrain: drivetrainPicture, voice, pdf: Buffer.from(`%PDF-1.7 ${'Vela 7. '.repeat(30_000)}`) };
  } finally {
    await page.close();
  }
}
