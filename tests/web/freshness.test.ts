import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Freshness } from '../../render/web/src/freshness.ts';
import { stateNames, type Verdict } from '../../render/web/src/modality_freshness.ts';
import { emptyRect, type Modality, type Registration, type Stamp } from '../../render/web/src/stamp.ts';

declare const TEST_DATA: string;

interface Shown {
  modality: Modality;
  stream: number;
  sequence: number;
  period_us: number;
  captured_us?: number;
  acquired_us?: number;
  content_changed_us?: number;
  bound_us?: number;
  beam_on?: boolean;
}
interface Event {
  at_us: number;
  shown?: Shown[];
  placing?: { registration: Registration; seen_us?: number };
  verdicts?: Record<'ultrasound' | 'xray', object>;
  fusion?: object;
}
const { scenarios } = JSON.parse(readFileSync(`${TEST_DATA}/freshness_vectors.json`, 'utf8')) as {
  scenarios: { name: string; events: Event[] }[];
};

function stampIn({ shown = [], placing }: Event): Stamp {
  const sources = shown.map((one) => ({
    pane: emptyRect,
    image: emptyRect,
    code: emptyRect,
    header: {
      stream: one.stream,
      sequence: one.sequence,
      modality: one.modality,
      width: 0,
      height: 0,
      periodUs: one.period_us,
      beamOn: one.beam_on ?? true,
      degraded: false,
      timecode: false,
      contentChangedUs: one.content_changed_us ?? null,
      timeline: {
        clockBoundUs: one.bound_us ?? 0,
        acquiredEstimated: false,
        marksUs: {
          ...(one.acquired_us !== undefined && { acquired: one.acquired_us }),
          ...(one.captured_us !== undefined && { captured: one.captured_us }),
        },
      },
    },
  }));
  return {
    stream: 0,
    sequence: 0,
    boot: '',
    node: '',
    senderTimeUs: 0,
    canvas: emptyRect,
    overlay: emptyRect,
    annotationRevision: 0,
    late: [],
    sources,
    placing: {
      registration: placing?.registration ?? 'by hand',
      seenUs: placing?.seen_us ?? null,
      errorMm: 0,
      drawn: emptyRect,
      edgeOn: false,
    },
  };
}
const known = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
const written = (verdict: Verdict): object =>
  known({
    state: stateNames[verdict.state],
    why: verdict.why,
    age_us: verdict.ageUs,
    bound_us: verdict.boundUs,
    silent_us: verdict.silentUs,
    unchanged_us: verdict.unchangedUs,
    since_beam_us: verdict.sinceBeamUs,
  });

test('there are scenarios', () => assert.ok(scenarios.length >= 20));
for (const { name, events } of scenarios) {
  test(`the page judges as the display does: ${name}`, () => {
    const freshness = new Freshness();
    for (const event of events) {
      if (event.shown) {
        freshness.saw(stampIn(event), event.at_us);
        continue;
      }
      const { modality, fusion } = freshness.judge(event.at_us);
      const where = `at ${event.at_us}`;
      assert.deepEqual(
        { ultrasound: written(modality.ultrasound), xray: written(modality.xray) },
        event.verdicts,
        where,
      );
      assert.deepEqual(
        known({
          both: fusion.both,
          trusted: fusion.trusted,
          synced: fusion.synced,
          why: fusion.why,
          skew_us: fusion.skewUs,
          bound_us: fusion.boundUs,
          registration: fusion.registration,
          unseen_us: fusion.unseenUs,
          drawn_live: fusion.drawnLive,
        }),
        event.fusion,
        where,
      );
    }
  });
}
