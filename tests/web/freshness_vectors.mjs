// Writes tests/data/freshness_vectors.json: scenarios, and what the page's rules say of them. The display's rules are
// held to the same file by tests/render/freshness_vectors_test.cpp, so that a change of one must be a change of both.
//   node freshness_vectors.mjs > ../data/freshness_vectors.json
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';

const web = join(dirname(fileURLToPath(import.meta.url)), '../../render/web');
const { buildSync } = createRequire(join(web, 'package.json'))('esbuild');
const { outputFiles } = buildSync({
  stdin: {
    contents: "export * from './freshness.ts'; export * from './modality_freshness.ts';",
    resolveDir: join(web, 'src'),
  },
  bundle: true,
  format: 'esm',
  write: false,
});
const { Freshness, stateNames } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
);
const start = 1_000_000_000;
const nowhere = { x: 0, y: 0, width: 0, height: 0 };

/** A frame as it stands in the file. What is not there is unknown, 0, and a beam that is on. */
const frame = (modality, sequence, capturedUs, more = {}) => ({
  modality,
  stream: 1,
  sequence,
  captured_us: capturedUs,
  period_us: 33333,
  content_changed_us: capturedUs,
  ...more,
});
/** Without what is null. */
const known = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

function stampOf(frames, placing) {
  return {
    sources: frames.map((one) => ({
      header: {
        stream: one.stream,
        sequence: one.sequence,
        modality: one.modality,
        beamOn: one.beam_on ?? true,
        periodUs: one.period_us,
        contentChangedUs: one.content_changed_us ?? null,
        timeline: {
          marksUs: {
            ...(one.acquired_us != null && { acquired: one.acquired_us }),
            ...(one.captured_us != null && { captured: one.captured_us }),
          },
          clockBoundUs: one.bound_us ?? 0,
          acquiredEstimated: false,
        },
      },
    })),
    placing: {
      registration: placing?.registration ?? 'by hand',
      seenUs: placing?.seen_us ?? null,
      errorMm: 0,
      drawn: nowhere,
      edgeOn: false,
    },
  };
}

class Scenario {
  events = [];
  freshness = new Freshness();
  constructor(name) {
    this.name = name;
  }
  show(atUs, frames, placing) {
    this.freshness.saw(stampOf(frames, placing), atUs);
    this.events.push({ at_us: atUs, shown: frames.map(known), ...(placing && { placing: known(placing) }) });
    return this;
  }
  judge(atUs) {
    const { modality, fusion } = this.freshness.judge(atUs);
    const verdict = ({ state, why, ageUs, boundUs, silentUs, unchangedUs, sinceBeamUs }) =>
      known({
        state: stateNames[state],
        why,
        age_us: ageUs,
        bound_us: boundUs,
        silent_us: silentUs,
        unchanged_us: unchangedUs,
        since_beam_us: sinceBeamUs,
      });
    this.events.push({
      at_us: atUs,
      verdicts: { ultrasound: verdict(modality.ultrasound), xray: verdict(modality.xray) },
      fusion: known({
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
    });
    return this;
  }
  /** `count` frames, one a period, each shown `latencyUs` after it was taken; judged at the end. */
  run(count, fromUs, { latencyUs = 20_000, periodUs = 33_333, sequence = 1, modality = 'ultrasound', ...more } = {}) {
    for (let i = 0; i < count; ++i)
      this.show(fromUs + i * periodUs + latencyUs, [
        frame(modality, sequence + i, fromUs + i * periodUs, { period_us: periodUs, ...more }),
      ]);
    return this.judge(fromUs + (count - 1) * periodUs + latencyUs);
  }
  pairs(count, fromUs, { sequence = 1, skewUs = 4_000, bound_us = null, xray = {}, echo = {}, placing } = {}) {
    for (let i = 0; i < count; ++i) {
      const takenUs = fromUs + i * 33_333;
      this.show(
        takenUs + 15_000,
        [
          frame('ultrasound', sequence + i, takenUs, { bound_us, ...echo }),
          frame('xray', sequence + i, takenUs - skewUs, { stream: 2, bound_us, ...xray }),
        ],
        placing?.(takenUs),
      );
    }
    return this.judge(fromUs + (count - 1) * 33_333 + 15_000);
  }
}

const last = start + 9 * 33_333;
const scenarios = [
  new Scenario('before the first picture there is no signal').judge(start),
  new Scenario('three new pictures are live')
    .run(1, start)
    .run(1, start + 33_333, { sequence: 2 })
    .run(1, start + 66_666, { sequence: 3 }),
  new Scenario('silence is late, not live and no signal, each a microsecond after its limit')
    .run(10, start)
    .judge(last + 100_000)
    .judge(last + 100_001)
    .judge(last + 220_000)
    .judge(last + 220_001)
    .judge(last + 1_020_000)
    .judge(last + 1_020_001),
  new Scenario('a slow source has longer limits')
    .run(6, start, { periodUs: 133_333 })
    .judge(start + 5 * 133_333 + 266_666)
    .judge(start + 5 * 133_333 + 266_667)
    .judge(start + 5 * 133_333 + 420_000),
  new Scenario('an unknown period is measured, a nonsense one is cut')
    .run(4, start, { period_us: 0 })
    .judge(start + 600_000)
    .run(4, start + 10_000_000, { sequence: 10, period_us: 3_600_000_000 })
    .judge(start + 12_619_999)
    .judge(start + 12_700_000),
  new Scenario('pictures over 100 ms old are late, over a second not live')
    .run(6, start, { latencyUs: 100_001 })
    .run(6, start + 20_000_000, { sequence: 20, latencyUs: 1_000_001 }),
  new Scenario('one late frame shows as late until three came in time')
    .run(6, start)
    .run(1, start + 200_000, { sequence: 7, latencyUs: 120_000 })
    .run(1, start + 310_000, { sequence: 8 })
    .run(1, start + 343_333, { sequence: 9 })
    .run(1, start + 376_666, { sequence: 10 })
    .run(1, start + 410_000, { sequence: 11 }),
  new Scenario('after a gap it takes three')
    .run(5, start)
    .run(1, start + 900_000, { sequence: 6 })
    .run(1, start + 933_333, { sequence: 7 })
    .run(1, start + 966_666, { sequence: 8 }),
  new Scenario('the same frame in new pictures is not new')
    .run(5, start)
    .show(start + 300_000, [frame('ultrasound', 5, start + 133_332)])
    .judge(start + 300_000)
    .show(start + 400_000, [frame('ultrasound', 5, start + 133_332)])
    .judge(start + 400_000),
  new Scenario('a replay advances the sequence and not the clock')
    .run(6, start)
    .show(start + 200_000, [frame('ultrasound', 7, start + 33_333)])
    .show(start + 233_333, [frame('ultrasound', 8, start + 66_666)])
    .show(start + 400_000, [frame('ultrasound', 9, start + 99_999)])
    .judge(start + 400_000),
  new Scenario('a restarted node counts from zero')
    .run(5, start, { sequence: 1000 })
    .run(1, start + 200_000, { sequence: 0 })
    .run(1, start + 233_333, { sequence: 1 })
    .run(1, start + 266_666, { sequence: 2 }),
  new Scenario('the sequence may wrap')
    .run(4, start, { sequence: 4294967292 })
    .run(4, start + 133_332, { sequence: 0 }),
  new Scenario('without a source time nothing is live')
    .run(5, start)
    .run(4, start + 166_665, { sequence: 6, captured_us: null, content_changed_us: null })
    .run(3, start + 300_000, { sequence: 10 }),
  new Scenario('a source time in the future is none')
    .run(4, start)
    .show(start + 160_000, [frame('ultrasound', 5, start + 3_600_000_000)])
    .judge(start + 160_000)
    .run(3, start + 200_000, { sequence: 6 }),
  new Scenario('acquired counts before captured')
    .run(1, start, { acquired_us: start - 30_000 })
    .run(1, start + 33_333, { sequence: 2, acquired_us: start + 3_333 })
    .run(1, start + 66_666, { sequence: 3, acquired_us: start + 36_666 }),
  new Scenario('doubt about the clock counts against the picture')
    .run(5, start, { bound_us: 30_000 })
    .judge(start + 4 * 33_333 + 70_000)
    .judge(start + 4 * 33_333 + 70_001),
  new Scenario('content that does not change is still')
    .run(5, start)
    .run(11, start + 166_665, { sequence: 6, periodUs: 100_000, content_changed_us: start + 133_332 }),
  new Scenario('the beam is off: its own age, and stale wins')
    .run(5, start, { modality: 'xray' })
    .run(5, start + 166_665, { modality: 'xray', sequence: 6, beam_on: false })
    .judge(start + 600_000)
    .run(3, start + 700_000, { modality: 'xray', sequence: 20 }),
  new Scenario('only an X-ray has a beam').run(4, start, { beam_on: false }),
  new Scenario('fusion is trusted within the skew, at once not beyond it, and after three again')
    .pairs(3, start)
    .pairs(1, start + 99_999, { sequence: 4, skewUs: 100_001 })
    .pairs(2, start + 133_332, { sequence: 5 })
    .pairs(1, start + 199_998, { sequence: 7 }),
  new Scenario('doubt about the clocks counts as skew').pairs(5, start, { skewUs: 50_000, bound_us: 30_000 }),
  new Scenario('fusion without a clock, without a beam, of one source')
    .pairs(4, start)
    .pairs(1, start + 133_332, { sequence: 5, xray: { captured_us: null } })
    .pairs(3, start + 166_665, { sequence: 6 })
    .pairs(1, start + 266_664, { sequence: 9, xray: { beam_on: false } })
    .run(1, start + 300_000, { sequence: 10 }),
  new Scenario('fusion ends when pictures stop')
    .pairs(5, start)
    .judge(start + 348_332)
    .judge(start + 348_333),
  new Scenario('registration: searching, registered, ageing, lost by this clock')
    .pairs(4, start, { placing: () => ({ registration: 'searching', seen_us: null }) })
    .pairs(4, start + 133_332, {
      sequence: 5,
      placing: (takenUs) => ({ registration: 'registered', seen_us: takenUs - 900_000 }),
    })
    .judge(start + 350_000)
    .pairs(4, start + 266_664, {
      sequence: 9,
      placing: () => ({ registration: 'ageing', seen_us: start - 29_600_000 }),
    })
    .judge(start + 400_001)
    .pairs(2, start + 399_996, { sequence: 13, placing: () => ({ registration: 'registered', seen_us: null }) })
    .pairs(2, start + 466_662, { sequence: 15, placing: () => ({ registration: 'by hand', seen_us: null }) }),
];
const line = (event) => `      ${JSON.stringify(event)}`;
const texts = scenarios.map(
  ({ name, events }) => `    {"name": ${JSON.stringify(name)}, "events": [\n${events.map(line).join(',\n')}\n    ]}`,
);
console.log(`{\n  "scenarios": [\n${texts.join(',\n')}\n  ]\n}`);
