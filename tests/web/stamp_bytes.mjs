// Writes what transport/stamp.cpp and stamp_sei.cpp write, for tests and the mock: the page itself only reads.
const stages = [
  'acquired',
  'captured',
  'encoded',
  'sent',
  'first_packet',
  'received',
  'decoded',
  'paired',
  'fused',
  'annotated',
  'encoded_for_view',
  'published',
  'delivered_first',
  'delivered',
  'unpacked',
  'presented',
];
const modalities = ['ultrasound', 'xray', 'camera'];
const registrations = ['by hand', 'searching', 'registered', 'ageing', 'lost'];
const uuid = [0x5c, 0x1a, 0x17, 0x71, 0xc5, 0x7a, 0x4d, 0x50, 0x9e, 0x0f, 0x2b, 0x7d, 0x6a, 0x94, 0xe3, 0xc1];
const nowhere = { x: 0, y: 0, width: 0, height: 0 };

class Writer {
  bytes = [];
  put(size, value) {
    for (let i = size - 1; i >= 0; --i) this.bytes.push(Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
  }
  double(value) {
    this.bytes.push(...new Uint8Array(new Float64Array([value]).buffer).reverse());
  }
  rect({ x, y, width, height }) {
    for (const value of [x, y, width, height]) this.put(2, value);
  }
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function putPlaced(out, placed, baseUs) {
  const header = placed.header;
  const changed = header.contentChangedUs;
  out.put(2, header.stream ?? 0);
  out.put(4, header.sequence ?? 0);
  out.put(1, modalities.indexOf(header.modality));
  out.put(
    1,
    (header.beamOn === false ? 0 : 1) |
      (header.timecode ? 2 : 0) |
      (changed != null ? 4 : 0) |
      (header.acquiredEstimated ? 8 : 0) |
      (header.degraded ? 64 : 0),
  );
  out.put(2, header.width ?? 0);
  out.put(2, header.height ?? 0);
  out.put(4, header.periodUs ?? 0);
  if (changed != null) out.put(4, Math.round(changed - baseUs));
  const marks = stages.map((stage, i) => [i, header.marksUs?.[stage]]).filter(([, time]) => time != null);
  out.put(
    2,
    marks.reduce((known, [i]) => known | (1 << i), 0),
  );
  for (const [, time] of marks) out.put(4, Math.round(time - baseUs));
  out.put(4, header.clockBoundUs ?? 0);
  out.bytes.push(...(header.geometry ?? [0]));
  for (const name of ['pane', 'image', 'code']) out.rect(placed[name] ?? nowhere);
}

/** The SEI payload without the UUID. */
export function stampBytes(stamp) {
  const out = new Writer();
  const baseUs = stamp.senderTimeUs;
  out.put(1, 2);
  out.put(2, stamp.stream ?? 0);
  out.put(4, stamp.sequence ?? 0);
  out.put(8, `0x${stamp.boot ?? '0'}`);
  const node = [...(stamp.node ?? '')].map((letter) => letter.charCodeAt(0));
  out.bytes.push(node.length, ...node);
  out.put(8, baseUs);
  out.rect(stamp.canvas ?? nowhere);
  out.rect(stamp.overlay ?? nowhere);
  const placing = stamp.placing ?? {};
  out.put(
    1,
    registrations.indexOf(placing.registration ?? 'by hand') |
      (placing.seenUs != null ? 16 : 0) |
      (placing.edgeOn ? 32 : 0),
  );
  if (placing.seenUs != null) out.put(4, Math.round(placing.seenUs - baseUs));
  out.double(placing.errorMm ?? 0);
  out.rect(placing.drawn ?? nowhere);
  out.put(4, stamp.annotationRevision ?? 0);
  out.put(1, stamp.sources?.length ?? 0);
  for (const placed of stamp.sources ?? []) putPlaced(out, placed, baseUs);
  out.put(1, stamp.late?.length ?? 0);
  for (const mark of stamp.late ?? []) {
    out.put(2, mark.stream);
    out.put(4, mark.sequence);
    out.put(1, stages.indexOf(mark.stage));
    out.put(4, Math.round(mark.timeUs - baseUs));
  }
  out.put(4, crc32(out.bytes));
  return Uint8Array.from(out.bytes);
}

/** The SEI NAL unit with its start code, emulation prevention inside. */
export function stampNal(stamp) {
  const body = stampBytes(stamp);
  const raw = [5];
  let size = uuid.length + body.length;
  for (; size >= 255; size -= 255) raw.push(255);
  raw.push(size, ...uuid, ...body, 0x80);
  const out = [0, 0, 0, 1, 6];
  let zeros = 0;
  for (const byte of raw) {
    if (zeros === 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return Uint8Array.from(out);
}

/** Before the first slice of an Annex-B access unit. */
export function insertStamp(unit, stamp) {
  let at = unit.length;
  for (let i = 0; i + 3 < unit.length; ++i) {
    if (unit[i] !== 0 || unit[i + 1] !== 0 || unit[i + 2] !== 1) continue;
    const type = unit[i + 3] & 0x1f;
    if (type !== 1 && type !== 5) continue;
    at = i > 0 && unit[i - 1] === 0 ? i - 1 : i;
    break;
  }
  const nal = stampNal(stamp);
  const out = new Uint8Array(unit.length + nal.length);
  out.set(unit.subarray(0, at));
  out.set(nal, at);
  out.set(unit.subarray(at), at + nal.length);
  return out;
}
