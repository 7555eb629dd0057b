// A stamp's times on this page's clock, bounds added up (RemoteStamp::localise). While the server's clock is unknown its
// marks are unknown too.
import type { ServerClock } from './clock.ts';
import { stages, type FrameHeader, type Stamp } from './stamp.ts';

function localiseHeader(header: FrameHeader, clock: ServerClock, nowUs: number, senderTimeUs: number): FrameHeader {
  const sender = clock.toPage(senderTimeUs, nowUs);
  if (!sender) return { ...header, contentChangedUs: null, timeline: { ...header.timeline, marksUs: {} } };
  const timeline = { ...header.timeline, marksUs: { ...header.timeline.marksUs } };
  let { boundUs } = sender;
  for (const stage of stages) {
    const markUs = timeline.marksUs[stage];
    const ours = markUs === undefined ? null : clock.toPage(markUs, nowUs);
    if (!ours) continue;
    timeline.marksUs[stage] = ours.timeUs;
    boundUs = Math.max(boundUs, ours.boundUs); // an old mark is further from the reading
  }
  timeline.clockBoundUs += boundUs;
  const changed = header.contentChangedUs === null ? null : clock.toPage(header.contentChangedUs, nowUs);
  return { ...header, timeline, contentChangedUs: changed?.timeUs ?? null };
}

export function localise(stamp: Stamp, clock: ServerClock, nowUs: number): Stamp {
  const ours = (timeUs: number): number | null => clock.toPage(timeUs, nowUs)?.timeUs ?? null;
  const { placing } = stamp;
  return {
    ...stamp,
    senderTimeUs: ours(stamp.senderTimeUs) ?? stamp.senderTimeUs,
    placing: { ...placing, seenUs: placing.seenUs === null ? null : ours(placing.seenUs) },
    sources: stamp.sources.map((placed) => ({
      ...placed,
      header: localiseHeader(placed.header, clock, nowUs, stamp.senderTimeUs),
    })),
    late: stamp.late.flatMap((mark) => {
      const timeUs = ours(mark.timeUs);
      return timeUs === null ? [] : [{ ...mark, timeUs }];
    }),
  };
}
