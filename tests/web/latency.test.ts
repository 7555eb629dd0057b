import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Drawings, thinned, mostPoints } from '../../render/web/src/drawings.ts';
import { Latency, printable, Samples } from '../../render/web/src/latency.ts';
import type { Point, ToShare } from '../../render/web/src/messages.ts';
import { stampFromBytes, type LateMark, type Stamp } from '../../render/web/src/stamp.ts';
import { stampBytes } from './stamp_bytes.mjs';

function stampOf(sequence: number, capturedUs: number, late: LateMark[] = []): Stamp {
  const stamp = stampFromBytes(
    stampBytes({
      stream: 40,
      sequence,
      senderTimeUs: capturedUs + 10_000,
      late,
      sources: [
        {
          header: {
            stream: 1,
            sequence,
            modality: 'xray',
            periodUs: 33_333,
            clockBoundUs: 200,
            marksUs: {
              acquired: capturedUs - 2_000,
              captured: capturedUs,
              encoded: capturedUs + 3_000,
              encoded_for_view: capturedUs + 9_000,
            },
          },
        },
      ],
    }),
  );
  assert.ok(stamp);
  return stamp;
}
const page = (capturedUs: number) => ({
  deliveredUs: capturedUs + 14_000,
  composedUs: capturedUs + 20_000,
  presentedUs: capturedUs + 30_000,
});

test('a figure is printed only when its clocks are known to half a frame', () => {
  assert.ok(printable(16_666, 33_333));
  assert.ok(!printable(16_667, 33_333));
  assert.ok(printable(8_333, 0));
  assert.ok(!printable(8_334, 0));
});

test('percentiles are of the last ten seconds', () => {
  const samples = new Samples();
  samples.add(0, 1e6, 1);
  for (let i = 1; i <= 100; ++i) samples.add(10_000_000 + i, i, 5);
  const summary = samples.summary(10_000_100);
  assert.deepEqual(
    [summary?.count, summary?.p50Us, summary?.p95Us, summary?.p99Us, summary?.maxUs, summary?.boundUs],
    [100, 50, 95, 99, 100, 5],
  );
  assert.equal(samples.summary(30_000_000), null);
});

test('each hop is counted since the last known mark, and marks that come late are filled in', () => {
  const latency = new Latency();
  const t = 1_000_000_000;
  latency.saw(stampOf(1, t), page(t), t + 30_000);
  latency.saw(
    stampOf(2, t + 33_333, [
      { stream: 1, sequence: 1, stage: 'sent', timeUs: t + 4_000 },
      { stream: 40, sequence: 1, stage: 'published', timeUs: t + 9_500 },
    ]),
    page(t + 33_333),
    t + 63_333,
  );
  latency.saw(stampOf(3, t + 300_000), page(t + 300_000), t + 330_000);
  const figures = latency.figures('xray', t + 330_000);
  assert.equal(figures?.capturedToPresented?.maxUs, 30_000);
  assert.equal(figures?.acquiredToPresented?.maxUs, 32_000);
  assert.equal(figures?.hops.sent?.maxUs, 1_000);
  assert.equal(figures?.hops.published?.maxUs, 500);
  assert.equal(figures?.hops.sent?.count, 1);
  assert.equal(figures?.hops.received, undefined);
  assert.equal(figures?.hops.presented?.p50Us, 10_000);
  assert.equal(latency.newest('xray')?.newestUs, 30_000);
});

test('a source frame in several pictures is counted when it is shown first', () => {
  const latency = new Latency();
  const t = 1_000_000_000;
  for (let i = 0; i < 5; ++i) latency.saw(stampOf(7, t), page(t + i * 33_333), t + i * 33_333);
  latency.saw(stampOf(8, t + 400_000), page(t + 400_000), t + 430_000);
  assert.equal(latency.figures('xray', t + 430_000)?.capturedToPresented?.count, 1);
});

test('without a clock there is no figure', () => {
  const latency = new Latency();
  const stamp = stampOf(1, 1_000_000_000);
  for (const { header } of stamp.sources) header.timeline.marksUs = {};
  latency.saw(stamp, page(0), 30_000);
  latency.saw(stampOf(2, 1_000_000_000), page(1_000_000_000), 400_000);
  assert.equal(latency.figures('xray', 400_000)?.capturedToPresented, null);
});

test('a stroke keeps its ends and at most 256 points', () => {
  const points = Array.from({ length: 1000 }, (_, i): Point => [i / 1000, 0.5]);
  const thin = thinned(points);
  assert.ok(thin.length <= mostPoints && thin.length > mostPoints / 2);
  assert.deepEqual([thin[0], thin.at(-1)], [points[0], points.at(-1)]);
});

test('one’s own drawing is shown until the picture carries its revision', () => {
  const sent: ToShare[] = [];
  const drawings = new Drawings((message) => sent.push(message) > 0);
  drawings.add(
    {
      kind: 'arrow',
      modality: 'xray',
      points: [
        [-0.1, 0.25],
        [0.5, 1.2],
      ],
      text: '',
    },
    41,
    0,
  );
  assert.deepEqual(sent, [
    {
      type: 'draw',
      ref: 1,
      kind: 'arrow',
      modality: 'xray',
      points: [
        [0, 0.25],
        [0.5, 1],
      ],
      text: '',
      sequence: 41,
    },
  ]);
  drawings.shown(5);
  assert.equal(drawings.count, 1);
  drawings.drawn(1, 6);
  drawings.shown(5);
  assert.equal(drawings.count, 1);
  drawings.shown(6);
  assert.equal(drawings.count, 0);
});

test('a drawing that was not taken goes, with the reason', () => {
  const drawings = new Drawings(() => true);
  let why = '';
  drawings.onLost = (words) => void (why = words);
  drawings.add({ kind: 'cross', modality: 'xray', points: [[0.5, 0.5]], text: '' }, 41, 0);
  drawings.notDrawn(1, 'there are 200 already');
  assert.deepEqual([drawings.count, why], [0, 'Not drawn: there are 200 already']);
});
