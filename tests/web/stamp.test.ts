import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { findStamp, withoutEmulationPrevention } from '../../render/web/src/access_unit.ts';
import { crc32 } from '../../render/web/src/bytes.ts';
import { stampFromBytes } from '../../render/web/src/stamp.ts';
import { stampedFrameFrom } from '../../render/web/src/stamped_frame.ts';
import { insertStamp, stampBytes } from './stamp_bytes.mjs';

declare const TEST_DATA: string;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const golden = bytesOf(readFileSync(`${TEST_DATA}/stamp_version_2.hex`, 'utf8').trim());
const slice = [0, 0, 0, 1, 0x65, 0x88, 0x84, 0x21];
const unit = Uint8Array.from([...golden, ...slice]);

/** The short stamp of the display's own golden test. */
const shortHex =
  '02' +
  '0102' +
  '03040506' +
  '0708090a0b0c0d0e' +
  '027573' +
  '0000000000001234' +
  '0000000000040002' +
  '0000000000000000' +
  '00' +
  '0000000000000000' +
  '0000000000000000' +
  '00000000' +
  '00' +
  '00';
function sealed(hex: string): Uint8Array {
  const body = bytesOf(hex);
  const crc = crc32(body);
  return Uint8Array.from([...body, crc >>> 24, (crc >>> 16) & 255, (crc >>> 8) & 255, crc & 255]);
}

test('the short golden stamp reads as what was written', () => {
  const stamp = stampFromBytes(sealed(shortHex));
  assert.ok(stamp);
  assert.equal(stamp.stream, 0x0102);
  assert.equal(stamp.sequence, 0x03040506);
  assert.equal(stamp.boot, '0708090a0b0c0d0e');
  assert.equal(stamp.node, 'us');
  assert.equal(stamp.senderTimeUs, 0x1234);
  assert.deepEqual(stamp.canvas, { x: 0, y: 0, width: 4, height: 2 });
});

test('a stamp beside its picture tells the RTP time, and whether the picture is a keyframe', () => {
  const frame = stampedFrameFrom(Uint8Array.from([0x89, 0xab, 0xcd, 0xef, 1, ...golden]).buffer);
  assert.equal(frame?.rtpTimestamp, 0x89abcdef);
  assert.equal(frame?.keyframe, true);
  assert.equal(frame?.stamp?.sequence, 0x01020304);
  assert.equal(stampedFrameFrom(Uint8Array.from([1, 2, 3, 4, 0]).buffer)?.stamp, null);
});

test('what is no such message is none', () => {
  for (const data of ['text', null, new ArrayBuffer(4), new ArrayBuffer(70_000)]) assert.equal(stampedFrameFrom(data), null);
});

test('every field of the full golden stamp is read out of its access unit', () => {
  const stamp = findStamp(unit);
  assert.ok(stamp);
  assert.equal(stamp.stream, 17);
  assert.equal(stamp.sequence, 0x01020304);
  assert.equal(stamp.node, 'augment');
  assert.equal(stamp.senderTimeUs, 5e9);
  assert.deepEqual(stamp.overlay, { x: 100, y: 120, width: 300, height: 200 });
  assert.deepEqual(stamp.placing, {
    registration: 'ageing',
    seenUs: 5e9 - 700_000,
    errorMm: 1.25,
    drawn: { x: 90, y: 110, width: 320, height: 220 },
    edgeOn: true,
  });
  assert.equal(stamp.annotationRevision, 9);
  assert.deepEqual(stamp.late, [{ stream: 2, sequence: 76, stage: 'sent', timeUs: 5e9 - 30_000 }]);
  const [xray, echo] = stamp.sources;
  assert.ok(xray && echo);
  assert.deepEqual(
    [xray.header.modality, xray.header.stream, xray.header.sequence, xray.header.width],
    ['xray', 2, 77, 512],
  );
  assert.deepEqual([xray.header.beamOn, xray.header.timecode, xray.header.degraded], [false, true, false]);
  assert.equal(xray.header.periodUs, 33_333);
  assert.equal(xray.header.contentChangedUs, 5e9 - 40_000);
  assert.deepEqual(xray.header.timeline.marksUs, {
    acquired: 5e9 - 50_000,
    encoded: 5e9 - 49_998,
    first_packet: 5e9 - 49_996,
    decoded: 5e9 - 49_994,
    fused: 5e9 - 49_992,
    encoded_for_view: 5e9 - 49_990,
    delivered_first: 5e9 - 49_988,
    unpacked: 5e9 - 49_986,
  });
  assert.equal(xray.header.timeline.clockBoundUs, 120);
  assert.ok(xray.header.timeline.acquiredEstimated);
  assert.deepEqual(
    [xray.pane, xray.image, xray.code],
    [
      { x: 0, y: 0, width: 676, height: 720 },
      { x: 0, y: 46, width: 674, height: 674 },
      { x: 256, y: 720, width: 256, height: 32 },
    ],
  );
  assert.equal(echo.header.modality, 'ultrasound');
});

test('any single flipped bit and any cut is refused', () => {
  const raw = withoutEmulationPrevention(golden.subarray(5));
  const from = raw.findIndex((_, i) => i > 16 && raw[i - 1] === 0xc1 && raw[i - 2] === 0xe3);
  const body = raw.subarray(from, raw.length - 1);
  assert.ok(stampFromBytes(body));
  for (let i = 0; i < body.length; ++i) {
    const forged = Uint8Array.from(body);
    forged[i] = (forged[i] ?? 0) ^ (1 << (i % 8));
    assert.equal(stampFromBytes(forged), null, `byte ${i}`);
    assert.equal(stampFromBytes(body.subarray(0, i)), null, `cut at ${i}`);
  }
});

test('a stamp that is sealed but out of limits is refused', () => {
  const at = (from: number, hex: string) => sealed(shortHex.slice(0, from) + hex + shortHex.slice(from + hex.length));
  assert.equal(stampFromBytes(at(0, '03')), null, 'another version');
  assert.equal(stampFromBytes(at(shortHex.length - 4, '09')), null, 'nine sources');
  assert.equal(stampFromBytes(at(shortHex.length - 2, '41')), null, '65 late marks');
  assert.equal(stampFromBytes(at(36, '8000000000000000')), null, 'a time before the start');
  assert.equal(stampFromBytes(at(36, '0010000000000001')), null, 'a time beyond 142 years');
  assert.equal(stampFromBytes(sealed(`${shortHex}00`)), null, 'something behind it');
  assert.equal(stampFromBytes(at(shortHex.length - 4 - 8 - 32, '7ff0000000000000')), null, 'an infinite error');
});

test('a stamp behind the slice is not the picture’s, and a slice’s bytes are not searched', () => {
  assert.equal(findStamp(Uint8Array.from([...slice, ...golden])), null);
});

test('it is found behind parameter sets and another encoder’s own SEI', () => {
  const others = [
    0,
    0,
    0,
    1,
    0x67,
    0x42,
    0xc0,
    0x1f,
    0,
    0,
    1,
    0x68,
    0xce,
    0,
    0,
    1,
    6,
    5,
    17,
    ...new Array<number>(17).fill(7),
    0x80,
  ];
  assert.equal(findStamp(Uint8Array.from([...others, ...unit]))?.sequence, 0x01020304);
});

test('truncated and random access units hold no stamp and throw nothing', () => {
  for (let size = 0; size < golden.length - 1; ++size) assert.equal(findStamp(unit.subarray(0, size)), null);
  let seed = 7;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8;
  for (let round = 0; round < 3000; ++round) {
    const noise = Uint8Array.from({ length: random() % 300 }, () => (random() % 8 === 0 ? random() % 7 : 0));
    assert.equal(findStamp(noise), null);
  }
});

test('runs of zeros and start codes inside survive emulation prevention', () => {
  const stamp = {
    stream: 0,
    sequence: 0,
    boot: '0',
    node: '\0\0\x01\0\0\0\0\x03',
    senderTimeUs: 0x0000010000000100,
    sources: [],
    late: [],
  };
  assert.ok(stampFromBytes(stampBytes(stamp)));
  assert.equal(findStamp(insertStamp(Uint8Array.from(slice), stamp))?.node, stamp.node);
});
