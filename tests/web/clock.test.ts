import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ServerClock } from '../../render/web/src/clock.ts';
import { localise } from '../../render/web/src/localise.ts';
import { stampFromBytes } from '../../render/web/src/stamp.ts';
import { stampBytes } from './stamp_bytes.mjs';

const aheadUs = 5_000_000_000;

/** An exchange at `nowUs` whose two ways took that long. */
function exchange(
  clock: ServerClock,
  nowUs: number,
  thereUs: number,
  backUs: number,
  ahead = aheadUs,
  boundUs = 0,
): void {
  clock.exchange(nowUs, nowUs + thereUs + ahead, nowUs + thereUs + backUs, boundUs);
}

test('the clock is unknown before the third exchange', () => {
  const clock = new ServerClock(5);
  for (let i = 0; i < 3; ++i) {
    assert.equal(clock.toPage(aheadUs, 3000), null);
    exchange(clock, i * 1000, 100, 100);
  }
  assert.ok(clock.toPage(aheadUs, 3000));
});

test('the bound is half the best round trip, the server’s own bound, and the grain', () => {
  const clock = new ServerClock(5);
  exchange(clock, 0, 900, 900, aheadUs, 30);
  exchange(clock, 10_000, 200, 200, aheadUs, 30);
  exchange(clock, 20_000, 2000, 2000, aheadUs, 30);
  const figures = clock.figures(10_400);
  assert.equal(figures?.boundUs, 235);
  assert.equal(figures?.roundTripUs, 400);
  assert.deepEqual(clock.toPage(aheadUs + 10_400, 10_400), { timeUs: 10_400, boundUs: 235 });
});

test('the truth lies within the bound, whatever the asymmetry', () => {
  const clock = new ServerClock(5);
  let seed = 3;
  const random = (most: number) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * most;
  for (let i = 0; i < 200; ++i) {
    const nowUs = i * 250_000;
    exchange(clock, nowUs, random(40_000), random(3_000));
    const converted = clock.toPage(aheadUs + nowUs, nowUs);
    if (i >= 3) assert.ok(converted && Math.abs(converted.timeUs - nowUs) <= converted.boundUs, `exchange ${i}`);
  }
});

test('the bound grows by 50 ppm until the reading is forgotten after ten seconds', () => {
  const clock = new ServerClock(0);
  for (let i = 0; i < 3; ++i) exchange(clock, i, 500, 500);
  assert.ok(Math.abs((clock.figures(1_001_000)?.boundUs ?? 0) - 550) < 0.2);
  assert.ok(clock.figures(10_000_000));
  assert.equal(clock.figures(10_002_000), null);
});

test('a step of a clock forgets what contradicts it, and is believed after three', () => {
  const clock = new ServerClock(5);
  for (let i = 0; i < 10; ++i) exchange(clock, i * 1000, 100, 100);
  exchange(clock, 20_000, 100, 100, aheadUs + 400_000);
  assert.equal(clock.toPage(aheadUs, 21_000), null);
  exchange(clock, 30_000, 100, 100, aheadUs + 400_000);
  exchange(clock, 40_000, 100, 100, aheadUs + 400_000);
  assert.equal(clock.toPage(aheadUs + 400_000 + 40_000, 41_000)?.timeUs, 40_000);
});

test('nonsense from outside is no exchange', () => {
  const clock = new ServerClock(5);
  for (let i = 0; i < 5; ++i) {
    clock.exchange(1000, aheadUs, 500, 0);
    clock.exchange(1000, Number.NaN, 2000, 0);
    clock.exchange(1000, aheadUs, 2000, -1);
  }
  assert.equal(clock.figures(2000), null);
});

test('it asks ten times in the first second, then twice a second', () => {
  const clock = new ServerClock(5);
  let asked = 0;
  for (let nowUs = 0; nowUs < 1_000_000; nowUs += 50_000) asked += clock.askNow(nowUs) ? 1 : 0;
  assert.equal(asked, 10);
  asked = 0;
  for (let nowUs = 1_000_000; nowUs < 6_000_000; nowUs += 50_000) asked += clock.askNow(nowUs) ? 1 : 0;
  assert.ok(asked >= 9 && asked <= 11, `${asked}`);
});

const stamp = stampFromBytes(
  stampBytes({
    boot: 'a1',
    node: 'n',
    senderTimeUs: aheadUs + 50_000,
    sources: [
      {
        header: {
          modality: 'xray',
          marksUs: { captured: aheadUs + 20_000 },
          clockBoundUs: 120,
          contentChangedUs: aheadUs + 20_000,
        },
      },
    ],
  }),
);

test('while the server’s clock is unknown its marks are unknown, not wrong', () => {
  assert.ok(stamp);
  const header = localise(stamp, new ServerClock(5), 60_000).sources[0]?.header;
  assert.deepEqual(header?.timeline.marksUs, {});
  assert.equal(header?.contentChangedUs, null);
});

test('a stamp’s times are converted and its bounds add up', () => {
  const clock = new ServerClock(0);
  for (let i = 0; i < 3; ++i) exchange(clock, 50_000, 100, 100);
  assert.ok(stamp);
  const header = localise(stamp, clock, 50_200).sources[0]?.header;
  assert.equal(header?.timeline.marksUs.captured, 20_000);
  assert.equal(header?.contentChangedUs, 20_000);
  assert.ok(Math.abs((header?.timeline.clockBoundUs ?? 0) - 221.5) < 0.2, `${header?.timeline.clockBoundUs}`);
});
