// Reads the in-picture code from pixels alone (transport/timecode.cpp): which frame this truly is, and from when.
import type { Rect } from './stamp.ts';

export interface Timecode {
  stream: number;
  sequence: number;
  timeUs: number;
}

/** RGBA rows, as ImageData has them. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

const columns = 32;
const rows = 4;
const magic = 0b1011_0010; // as many white blocks as black ones: both levels are told by it
const leastContrast = 48;
const checkedBytes = 14;

function crc16(bytes: number[]): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; ++bit) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

/** How much of pixel `index` lies within [from, to), 0..1. */
const share = (index: number, from: number, to: number): number => Math.min(index + 1, to) - Math.max(index, from);

/** Mean of the middle half of a block: ringing and smear stay outside. Grey, so that green stands for all. */
function level(picture: Picture, where: Rect, block: number): number {
  const width = where.width / columns;
  const height = where.height / rows;
  const left = where.x + ((block % columns) + 0.25) * width;
  const top = where.y + (Math.floor(block / columns) + 0.25) * height;
  const right = left + width / 2;
  const bottom = top + height / 2;
  let sum = 0;
  for (let y = Math.floor(top); y < bottom; ++y) {
    let rowSum = 0;
    for (let x = Math.floor(left); x < right; ++x)
      rowSum += (picture.data[(y * picture.width + x) * 4 + 1] ?? 0) * share(x, left, right);
    sum += rowSum * share(y, top, bottom);
  }
  return sum / ((right - left) * (bottom - top));
}

const magicBit = (i: number): boolean => ((magic >> (7 - i)) & 1) !== 0;

/** Between this strip's own black and white, as the magic's blocks show them. */
function threshold(picture: Picture, where: Rect): number | null {
  const levels = Array.from({ length: 8 }, (_, i) => level(picture, where, i));
  const mean = (bright: boolean) => levels.reduce((sum, here, i) => (magicBit(i) === bright ? sum + here / 4 : sum), 0);
  const bright = mean(true);
  const dark = mean(false);
  if (bright - dark < leastContrast) return null;
  const middle = (bright + dark) / 2;
  return levels.every((here, i) => here > middle === magicBit(i)) ? middle : null;
}

/** Nothing when magic or CRC disagree. */
export function readTimecode(picture: Picture, where: Rect): Timecode | null {
  if (
    where.width < columns ||
    where.height < rows ||
    where.x < 0 ||
    where.y < 0 ||
    where.x + where.width > picture.width ||
    where.y + where.height > picture.height
  )
    return null;
  const middle = threshold(picture, where);
  if (middle === null) return null;
  const bytes = new Array<number>(16).fill(0);
  for (let block = 0; block < columns * rows; ++block) {
    const at = block >> 3;
    bytes[at] = ((bytes[at] ?? 0) << 1) | (level(picture, where, block) > middle ? 1 : 0);
  }
  const number = (first: number, count: number) =>
    bytes.slice(first, first + count).reduce((value, byte) => value * 256 + byte, 0);
  if (number(checkedBytes, 2) !== crc16(bytes.slice(0, checkedBytes))) return null;
  return { stream: number(1, 2), sequence: number(3, 4), timeUs: number(7, 7) };
}
