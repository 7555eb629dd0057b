// What a picture says about itself on the wire (transport/stamp.hpp): the same bytes, the same limits.
import { ByteReader, crc32 } from './bytes.ts';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
export const emptyRect: Rect = { x: 0, y: 0, width: 0, height: 0 };
export const isEmpty = (rect: Rect): boolean => rect.width <= 0 || rect.height <= 0;

export const modalities = ['ultrasound', 'xray', 'camera'] as const;
export type Modality = (typeof modalities)[number];

/** In the order of the bits of a timeline. */
export const stages = [
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
] as const;
export type Stage = (typeof stages)[number];

export const registrations = ['by hand', 'searching', 'registered', 'ageing', 'lost'] as const;
export type Registration = (typeof registrations)[number];

/** The marks of one source frame, µs. A missing mark is unknown, never zero. */
export interface Timeline {
  marksUs: Partial<Record<Stage, number>>;
  clockBoundUs: number;
  acquiredEstimated: boolean;
}

export interface FrameHeader {
  stream: number;
  sequence: number;
  modality: Modality;
  width: number;
  height: number;
  timeline: Timeline;
  contentChangedUs: number | null;
  periodUs: number; // 0: unknown
  beamOn: boolean;
  degraded: boolean;
  timecode: boolean;
}

/** One source frame inside the picture and where it stands on the canvas. */
export interface Placed {
  header: FrameHeader;
  pane: Rect;
  image: Rect;
  code: Rect;
}

export interface Placing {
  registration: Registration;
  seenUs: number | null;
  errorMm: number;
  drawn: Rect;
  edgeOn: boolean;
}

export interface LateMark {
  stream: number;
  sequence: number;
  stage: Stage;
  timeUs: number;
}

/** All times are the sender's clock until `localise`. */
export interface Stamp {
  stream: number;
  sequence: number;
  boot: string;
  node: string;
  senderTimeUs: number;
  canvas: Rect;
  overlay: Rect;
  placing: Placing;
  annotationRevision: number;
  sources: Placed[];
  late: LateMark[];
}

const version = 2;
const mostSources = 8;
const mostLate = 64;
const mostRegions = 8;
const longestName = 32;
const longestUptimeUs = 2 ** 52;

const getRect = (from: ByteReader): Rect => ({ x: from.u16(), y: from.u16(), width: from.u16(), height: from.u16() });

function getTimeline(from: ByteReader, baseUs: number): Timeline {
  const marksUs: Timeline['marksUs'] = {};
  const known = from.u16();
  stages.forEach((stage, i) => {
    if ((known >> i) & 1) marksUs[stage] = baseUs + from.i32();
  });
  return { marksUs, clockBoundUs: from.u32(), acquiredEstimated: false };
}

/** C-arm, table, sector and regions: the page shows none of it, but what is not finite is a forgery. */
function passGeometry(from: ByteReader): void {
  const flags = from.u8();
  const doubles = (count: number) => {
    for (let i = 0; i < count; ++i) from.f64();
  };
  if (flags & 1) doubles(2);
  if (flags & 2) doubles(5);
  if (flags & 4) doubles(3);
  if (flags & 8) {
    doubles(6);
    if (from.u8() !== 0) doubles(7);
  }
  const regions = flags >> 4;
  if (regions > mostRegions) from.fail();
  for (let i = 0; i < regions && !from.failed; ++i) {
    getRect(from);
    for (let code = 0; code < 4; ++code) from.u16();
    doubles(2);
  }
}

function getPlaced(from: ByteReader, baseUs: number): Placed {
  const stream = from.u16();
  const sequence = from.u32();
  const modality = modalities[from.u8()];
  if (modality === undefined) from.fail();
  const flags = from.u8();
  const width = from.u16();
  const height = from.u16();
  const periodUs = from.u32();
  const contentChangedUs = flags & 4 ? baseUs + from.i32() : null;
  const timeline = getTimeline(from, baseUs);
  timeline.acquiredEstimated = (flags & 8) !== 0;
  passGeometry(from);
  const header: FrameHeader = {
    stream,
    sequence,
    modality: modality ?? 'ultrasound',
    width,
    height,
    timeline,
    contentChangedUs,
    periodUs,
    beamOn: (flags & 1) !== 0,
    degraded: (flags & 64) !== 0,
    timecode: (flags & 2) !== 0,
  };
  return { header, pane: getRect(from), image: getRect(from), code: getRect(from) };
}

function getPlacing(from: ByteReader, baseUs: number): Placing {
  const flags = from.u8();
  const registration = registrations[flags & 15];
  if (registration === undefined) from.fail();
  const seenUs = flags & 16 ? baseUs + from.i32() : null;
  const errorMm = from.f64();
  return { registration: registration ?? 'lost', seenUs, errorMm, drawn: getRect(from), edgeOn: (flags & 32) !== 0 };
}

function getLate(from: ByteReader, baseUs: number): LateMark {
  const stream = from.u16();
  const sequence = from.u32();
  const stage = stages[from.u8()];
  if (stage === undefined) from.fail();
  return { stream, sequence, stage: stage ?? 'sent', timeUs: baseUs + from.i32() };
}

function getList<T>(from: ByteReader, most: number, get: () => T): T[] {
  const count = from.u8();
  if (count > most) from.fail();
  const list: T[] = [];
  for (let i = 0; i < count && !from.failed; ++i) list.push(get());
  return list;
}

/** Version, body, CRC-32. Nothing when the bytes are truncated, forged, of another version or out of limits. */
export function stampFromBytes(bytes: Uint8Array): Stamp | null {
  if (bytes.length < 4) return null;
  const body = bytes.subarray(0, bytes.length - 4);
  if (new ByteReader(bytes.subarray(bytes.length - 4)).u32() !== crc32(body)) return null;
  const from = new ByteReader(body);
  if (from.u8() !== version) return null;
  const stream = from.u16();
  const sequence = from.u32();
  const boot = from.hex64();
  const node = from.text();
  const senderTimeUs = from.i64();
  if (node.size > longestName || senderTimeUs < 0 || senderTimeUs > longestUptimeUs) return null;
  const canvas = getRect(from);
  const overlay = getRect(from);
  const placing = getPlacing(from, senderTimeUs);
  const annotationRevision = from.u32();
  const sources = getList(from, mostSources, () => getPlaced(from, senderTimeUs));
  const late = getList(from, mostLate, () => getLate(from, senderTimeUs));
  if (from.failed || !from.atEnd) return null;
  return {
    stream,
    sequence,
    boot,
    node: node.text,
    senderTimeUs,
    canvas,
    overlay,
    placing,
    annotationRevision,
    sources,
    late,
  };
}
