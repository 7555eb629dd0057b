// Everything that is measured here, as one object for tests, the benchmark and the engineer's panel.
import type { ServerClock } from './clock.ts';
import { printable, type Summary } from './latency.ts';
import { modalities } from './stamp.ts';
import type { View } from './view.ts';

const pollMs = 1000;

/** What the browser's own counters say of the received video. */
export interface MediaFigures {
  jitterBufferMs: number | null;
  jitterBufferTargetMs: number | null;
  packetsReceived: number;
  packetsLost: number;
  nackCount: number;
  pliCount: number;
  framesDecoded: number;
  framesDropped: number;
  freezeCount: number;
  decodeMs: number | null;
  codec: string;
  size: string;
}

export class Figures {
  media: MediaFigures | null = null;
  private receiver: RTCRtpReceiver | null = null;
  private emitted = { delayS: 0, count: 0, targetS: 0, decodeS: 0, decoded: 0 };

  constructor(
    private readonly view: View,
    private readonly clock: ServerClock,
  ) {
    setInterval(() => void this.poll(), pollMs);
  }
  of(receiver: RTCRtpReceiver): void {
    this.receiver = receiver;
    this.emitted = { delayS: 0, count: 0, targetS: 0, decodeS: 0, decoded: 0 };
  }
  /** Times in µs; null is unknown. `printable`: the clocks are known to half a frame, so that the figure may be shown. */
  now(): object {
    const nowUs = performance.now() * 1000;
    const latency = Object.fromEntries(
      modalities.flatMap((modality) => {
        const known = this.view.latency.figures(modality, nowUs);
        if (!known) return [];
        const of = (summary: Summary | null) =>
          summary && { ...summary, printable: printable(summary.boundUs, known.periodUs) };
        return [
          [
            modality,
            {
              ...known,
              capturedToPresented: of(known.capturedToPresented),
              acquiredToPresented: of(known.acquiredToPresented),
            },
          ],
        ];
      }),
    );
    const { agree, disagree, unreadable, overtaken } = this.view.codes;
    return {
      frames: { ...this.view.counts },
      latency,
      clock: this.clock.figures(nowUs),
      media: this.media,
      codes: { agree, disagree, unreadable, overtaken },
      reading: this.view.reading,
      annotationRevision: this.view.stamp?.annotationRevision ?? null,
    };
  }

  private async poll(): Promise<void> {
    const report = await this.receiver?.getStats().catch(() => null);
    if (!report) return;
    const all = [...report.values()] as Record<string, number | string | undefined>[];
    const inbound = all.find(({ type }) => type === 'inbound-rtp');
    if (!inbound) return;
    const number = (name: string): number => Number(inbound[name] ?? 0);
    const next = {
      delayS: number('jitterBufferDelay'),
      count: number('jitterBufferEmittedCount'),
      targetS: number('jitterBufferTargetDelay'),
      decodeS: number('totalDecodeTime'),
      decoded: number('framesDecoded'),
    };
    const count = next.count - this.emitted.count;
    const decoded = next.decoded - this.emitted.decoded;
    const each = (sumS: number, of: number) => (of > 0 ? Math.round((sumS / of) * 1e5) / 100 : null);
    const codec = all.find(({ id }) => id === inbound.codecId);
    this.media = {
      jitterBufferMs: each(next.delayS - this.emitted.delayS, count),
      jitterBufferTargetMs: each(next.targetS - this.emitted.targetS, count),
      decodeMs: each(next.decodeS - this.emitted.decodeS, decoded),
      packetsReceived: number('packetsReceived'),
      packetsLost: number('packetsLost'),
      nackCount: number('nackCount'),
      pliCount: number('pliCount'),
      framesDecoded: next.decoded,
      framesDropped: number('framesDropped'),
      freezeCount: number('freezeCount'),
      codec: String(codec?.mimeType ?? ''),
      size: `${number('frameWidth')}x${number('frameHeight')}`,
    };
    this.emitted = next;
  }
}
