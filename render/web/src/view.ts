// The picture shown, what its stamp says of it, and whether that is live.
import type { ServerClock } from './clock.ts';
import { CodeCheck } from './code_check.ts';
import { Freshness, type States } from './freshness.ts';
import { Latency } from './latency.ts';
import { localise } from './localise.ts';
import type { Stamp } from './stamp.ts';
import type { StampedFrame } from './stamped_frame.ts';
import type { StampReading } from './view_connection.ts';

type Shown = VideoFrameCallbackMetadata;

/** A picture's stamp and the picture's callback come from two threads, in either order. */
const mostWaiting = 120;

export class View {
  readonly freshness = new Freshness();
  readonly latency = new Latency();
  readonly codes = new CodeCheck();
  readonly counts = { received: 0, unstamped: 0, keyframes: 0, shown: 0, unmatched: 0, unseen: 0 };
  /** Of the picture shown, times on this page's clock; nothing before the first. */
  stamp: Stamp | null = null;
  /** When anything was painted last, stamped or not. */
  paintedUs: number | null = null;
  onShown: (stamp: Stamp) => void = () => undefined;

  private readonly frames = new Map<number, StampedFrame>();
  private late: { rtpTimestamp: number; metadata: Shown } | null = null;
  private presented = 0;
  private boot: string | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly clock: ServerClock,
    public reading: StampReading,
  ) {
    if ('requestVideoFrameCallback' in video) this.await();
  }

  /** From the data channel or the worker, mostly before the picture is decoded. */
  received(frame: StampedFrame): void {
    ++this.counts.received;
    if (!frame.stamp) ++this.counts.unstamped;
    if (frame.keyframe) ++this.counts.keyframes;
    if (this.late?.rtpTimestamp === frame.rtpTimestamp) {
      this.show(frame, this.late.metadata);
      return;
    }
    this.frames.set(frame.rtpTimestamp, frame);
    for (const old of this.frames.keys()) {
      if (this.frames.size <= mostWaiting) break;
      this.frames.delete(old);
    }
  }
  judge(nowUs: number): States {
    return this.freshness.judge(nowUs);
  }

  private await(): void {
    this.video.requestVideoFrameCallback((_, metadata) => {
      this.await();
      this.painted(metadata);
    });
  }
  private painted(metadata: Shown): void {
    ++this.counts.shown;
    this.paintedUs = performance.now() * 1000;
    if (metadata.presentedFrames > this.presented + 1 && this.presented > 0)
      this.counts.unseen += metadata.presentedFrames - this.presented - 1;
    this.presented = metadata.presentedFrames;
    if (this.late) ++this.counts.unmatched;
    this.late = null;
    const { rtpTimestamp } = metadata;
    const frame = rtpTimestamp === undefined ? undefined : this.frames.get(rtpTimestamp);
    if (frame) this.show(frame, metadata);
    else if (rtpTimestamp !== undefined) this.late = { rtpTimestamp, metadata };
    else ++this.counts.unmatched;
  }
  private show(frame: StampedFrame, metadata: Shown): void {
    this.late = null;
    // Those before it were never shown.
    for (const old of this.frames.keys()) {
      this.frames.delete(old);
      if (old === frame.rtpTimestamp) break;
    }
    if (!frame.stamp) return;
    const nowUs = performance.now() * 1000;
    if (this.boot !== null && frame.stamp.boot !== this.boot) this.clock.forget(); // another machine, another clock
    this.boot = frame.stamp.boot;
    const stamp = localise(frame.stamp, this.clock, nowUs);
    this.stamp = stamp;
    this.freshness.saw(stamp, nowUs);
    const receivedMs =
      metadata.receiveTime ?? (frame.receivedMs === null ? undefined : frame.receivedMs - performance.timeOrigin);
    this.latency.saw(
      stamp,
      {
        deliveredUs: receivedMs === undefined ? null : receivedMs * 1000,
        composedUs: metadata.presentationTime * 1000,
        presentedUs: metadata.expectedDisplayTime * 1000,
      },
      nowUs,
    );
    this.codes.look(this.video, metadata.mediaTime, stamp, nowUs / 1000);
    this.onShown(stamp);
  }
}
