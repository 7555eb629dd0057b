// Reads the stamp out of every encoded picture, on a thread of its own. The picture goes on at once and untouched.
import { findStamp } from './access_unit.ts';
import type { StampedFrame } from './stamped_frame.ts';

interface Streams {
  readable: ReadableStream<RTCEncodedVideoFrame>;
  writable: WritableStream<RTCEncodedVideoFrame>;
}

interface Metadata {
  rtpTimestamp?: number;
  receiveTime?: number;
}

function read({ readable, writable }: Streams): void {
  const reading = new TransformStream<RTCEncodedVideoFrame, RTCEncodedVideoFrame>({
    transform(frame, controller) {
      // A copy of the head, taken before the frame goes: its buffer is the decoder's afterwards.
      const head = new Uint8Array(frame.data.slice(0, 32768));
      const metadata = frame.getMetadata() as Metadata;
      const { type } = frame;
      controller.enqueue(frame);
      const message: StampedFrame = {
        rtpTimestamp: metadata.rtpTimestamp ?? frame.timestamp,
        receivedMs: metadata.receiveTime === undefined ? null : performance.timeOrigin + metadata.receiveTime,
        keyframe: type === 'key',
        stamp: findStamp(head),
      };
      postMessage(message);
    },
  });
  // The pipe ends with its peer connection; there is nothing to repair then.
  readable
    .pipeThrough(reading)
    .pipeTo(writable)
    .catch(() => undefined);
}

addEventListener('rtctransform', (event) => read((event as unknown as { transformer: Streams }).transformer));
// Browsers that have createEncodedStreams alone hand the two streams over by themselves.
addEventListener('message', (event: MessageEvent<Streams>) => read(event.data));
