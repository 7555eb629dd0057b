// The stamp as an H.264 NAL unit (transport/stamp_sei.cpp): SEI 6, user data unregistered 5, our UUID.
import { stampFromBytes, type Stamp } from './stamp.ts';

// 5c1a1771-c57a-4d50-9e0f-2b7d6a94e3c1
const uuid = [0x5c, 0x1a, 0x17, 0x71, 0xc5, 0x7a, 0x4d, 0x50, 0x9e, 0x0f, 0x2b, 0x7d, 0x6a, 0x94, 0xe3, 0xc1];
const sliceNal = 1;
const idrNal = 5;
const seiNal = 6;
const userDataUnregistered = 5;
const longestStamp = 16384;

interface Nal {
  payload: number;
  end: number;
  type: number;
}

const startsAt = (bytes: Uint8Array, i: number): boolean => bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1;

/** The next NAL unit at or after `from`. A slice is the last thing we look for: its end is not searched. */
function nextNal(bytes: Uint8Array, from: number): Nal | null {
  let i = from;
  while (i + 3 < bytes.length && !startsAt(bytes, i)) ++i;
  if (i + 3 >= bytes.length) return null;
  const nal = { payload: i + 3, end: bytes.length, type: (bytes[i + 3] ?? 0) & 0x1f };
  if (nal.type === sliceNal || nal.type === idrNal) return nal;
  for (let k = nal.payload; k + 2 < bytes.length; ++k) {
    if (!startsAt(bytes, k)) continue;
    nal.end = bytes[k - 1] === 0 ? k - 1 : k;
    break;
  }
  return nal;
}

export function withoutEmulationPrevention(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let size = 0;
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros === 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[size++] = byte;
  }
  return out.subarray(0, size);
}

/** Our user data inside an SEI NAL's bytes after the header byte. */
function stampInSei(nal: Uint8Array): Stamp | null {
  const bytes = withoutEmulationPrevention(nal.subarray(0, longestStamp));
  let at = 0;
  const readFf = (): number | null => {
    let value = 0;
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0;
      value += byte;
      if (byte !== 0xff) return value;
    }
    return null;
  };
  while (at + 2 < bytes.length) {
    const type = readFf();
    const size = readFf();
    if (type === null || size === null || size > bytes.length - at) return null;
    const payload = bytes.subarray(at, at + size);
    if (type === userDataUnregistered && size > uuid.length && uuid.every((byte, i) => payload[i] === byte))
      return stampFromBytes(payload.subarray(uuid.length));
    at += size;
  }
  return null;
}

/** Finds and checks the stamp of an Annex-B access unit. */
export function findStamp(accessUnit: Uint8Array): Stamp | null {
  for (let nal = nextNal(accessUnit, 0); nal; nal = nextNal(accessUnit, nal.end)) {
    if (nal.type === sliceNal || nal.type === idrNal) return null;
    if (nal.type !== seiNal) continue;
    const stamp = stampInSei(accessUnit.subarray(nal.payload + 1, nal.end));
    if (stamp) return stamp;
  }
  return null;
}
