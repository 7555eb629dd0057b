// Receives the picture as share sends it, and each one's stamp: on a data channel beside it, since a browser may hold
// pictures back that a page wants to read (Chromium: until the next of 64 ticks a second). Where nobody sends them so
// (Janus), a worker reads them out of the pictures on their way to the decoder.
import { preferH264, type Furnish } from './connection.ts';
import { stampedFrameFrom } from './stamped_frame.ts';
import type { StampedFrame } from './stamped_frame.ts';

/** How the stamps are read here, or why they cannot be. */
export type StampReading = 'data channel' | 'script transform' | 'encoded streams' | 'none';

export const stampReading = (): StampReading =>
  'RTCRtpScriptTransform' in globalThis
    ? 'script transform'
    : 'createEncodedStreams' in RTCRtpReceiver.prototype
      ? 'encoded streams'
      : 'none';

/** Later its picture has been replaced. */
const stampLifeMs = 100;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The page allows no script but its own; this is the one place where one is named. */
function startWorker(): Worker {
  const types = (globalThis as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
  const policy = types?.createPolicy('scialytic', {
    createScriptURL: (url) => {
      if (url !== './worker.js') throw new TypeError(`not a script of this page: ${url}`);
      return url;
    },
  });
  return new Worker(policy?.createScriptURL('./worker.js') ?? './worker.js', { type: 'module' });
}

export interface ViewEnds {
  reading(): StampReading;
  onFrame(frame: StampedFrame): void;
  onTrack(stream: MediaStream, receiver: RTCRtpReceiver): void;
  onChannel(channel: RTCDataChannel): void;
}

type EncodedReceiver = RTCRtpReceiver & {
  createEncodedStreams?(): { readable: ReadableStream; writable: WritableStream };
};

/** Where it is asked for, no picture is decoded before its encoded streams are joined by somebody. */
export const viewConfiguration = (reading: StampReading): RTCConfiguration =>
  reading === 'encoded streams' ? ({ encodedInsertableStreams: true } as RTCConfiguration) : {};

export function viewFurnish(ends: ViewEnds): Furnish {
  let worker: Worker | null = null;
  const furnish = (receiver: EncodedReceiver): void => {
    const reading = ends.reading();
    if ((reading === 'script transform' || reading === 'encoded streams') && !worker) {
      worker = startWorker();
      worker.onmessage = ({ data }: MessageEvent<StampedFrame>) => ends.onFrame(data);
    }
    // At once: attached after the answer it sees no frame at all. `ontrack` comes before an answer of ours.
    if (worker && reading === 'script transform') receiver.transform = new RTCRtpScriptTransform(worker);
    if (worker && reading === 'encoded streams' && receiver.createEncodedStreams) {
      const streams = receiver.createEncodedStreams();
      worker.postMessage(streams, [streams.readable, streams.writable] as unknown as Transferable[]);
    }
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  };
  return (peer, offered) => {
    peer.ontrack = ({ track, receiver }) => {
      if (offered) furnish(receiver);
      ends.onTrack(new MediaStream([track]), receiver);
    };
    if (offered) return;
    const transceiver = peer.addTransceiver('video', { direction: 'recvonly' });
    furnish(transceiver.receiver);
    preferH264(transceiver, RTCRtpReceiver.getCapabilities('video'));
    ends.onChannel(peer.createDataChannel('live', { ordered: false, maxRetransmits: 0 }));
    if (ends.reading() !== 'data channel') return;
    const stamps = peer.createDataChannel('stamps', { ordered: false, maxPacketLifeTime: stampLifeMs });
    stamps.binaryType = 'arraybuffer';
    stamps.onmessage = ({ data }: MessageEvent<unknown>) => {
      const frame = stampedFrameFrom(data);
      if (frame) ends.onFrame(frame);
    };
  };
}
