// What the page is told of one picture beside the picture itself.
import { findStamp } from './access_unit.ts';
import type { Stamp } from './stamp.ts';

export interface StampedFrame {
  rtpTimestamp: number;
  receivedMs: number | null; // of the last packet; time origin + time of whoever read it
  keyframe: boolean;
  stamp: Stamp | null;
}

const headBytes = 5;
const mostBytes = 65_536;

/** A message of the data channel "stamps" (render/share_stamps.hpp); null when it is none. */
export function stampedFrameFrom(data: unknown): StampedFrame | null {
  if (!(data instanceof ArrayBuffer) || data.byteLength < headBytes || data.byteLength > mostBytes) return null;
  const view = new DataView(data);
  return {
    rtpTimestamp: view.getUint32(0),
    receivedMs: null,
    keyframe: view.getUint8(4) === 1,
    stamp: findStamp(new Uint8Array(data, headBytes)),
  };
}
