import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readTimecode, type Picture } from '../../render/web/src/timecode.ts';

// stream 0x1234, sequence 0xDEADBEEF, time 0x00123456789ABC: the sample of the display's own test.
const bytes = [0xb2, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc];
const sample = { stream: 0x1234, sequence: 0xdeadbeef, timeUs: 0x00123456789abc };

/** CRC-16/CCITT-FALSE, written another way than in the page. */
function crc16(data: number[]): number {
  const bits = [
    ...data.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (byte >> i) & 1)),
    ...new Array<number>(16).fill(0),
  ];
  let crc = 0x84cf; // 0xffff, turned back over the 16 zero bits that are appended
  for (const bit of bits) crc = (((crc << 1) | bit) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  return crc;
}
function strip(scale = 1, black = 16, white = 235, flip = -1): Picture {
  const crc = crc16(bytes);
  const all = [...bytes, crc >> 8, crc & 255];
  const [width, height] = [256 * scale, 32 * scale];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) {
      const block = Math.floor(y / (8 * scale)) * 32 + Math.floor(x / (8 * scale));
      const on = (((all[block >> 3] ?? 0) >> (7 - (block & 7))) & 1) !== (block === flip ? 1 : 0);
      data.fill(on ? white : black, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  return { width, height, data };
}
const whole = ({ width, height }: Picture) => ({ x: 0, y: 0, width, height });

test('a code is read back at any scale', () => {
  for (const scale of [1, 2, 0.5]) {
    const picture = strip(scale);
    assert.deepEqual(readTimecode(picture, whole(picture)), sample, `${scale}`);
  }
});

test('a code is read at low contrast, not without any', () => {
  const faint = strip(1, 90, 150);
  assert.deepEqual(readTimecode(faint, whole(faint)), sample);
  const none = strip(1, 100, 120);
  assert.equal(readTimecode(none, whole(none)), null);
});

test('any block that is wrong makes it unreadable', () => {
  for (let block = 0; block < 128; ++block) {
    const picture = strip(1, 16, 235, block);
    assert.equal(readTimecode(picture, whole(picture)), null, `block ${block}`);
  }
});

test('outside the picture there is no code', () => {
  const picture = strip();
  for (const where of [
    { x: 1, y: 0, width: 256, height: 32 },
    { x: 0, y: -1, width: 256, height: 32 },
    { x: 0, y: 0, width: 31, height: 4 },
  ])
    assert.equal(readTimecode(picture, where), null);
});
