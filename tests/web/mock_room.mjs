// In the sending page of the mock: draws a room's picture, stamps each encoded picture as the server does, and answers
// the pages' offers. Faults are switched by `room.set({...})`.
import { insertStamp } from './stamp_bytes.mjs';

const width = 1280;
const height = 720;
const strip = 32;
const periodUs = 66_667; // half of what a real room sends: this browser paints, encodes, decodes and shows on one machine
const epochUs = Math.floor(Date.now() * 1000) - 5_000_000_000;
export const serverUs = () => Math.round((performance.timeOrigin + performance.now()) * 1000) - epochUs;

export const room = {
  echo: true,
  xray: true,
  beam: true,
  content: true,
  clock: true,
  stamps: true,
  pictures: true,
  delayMs: 12,
  skewMs: 4,
  registration: 'registered',
  revision: 1,
  code: true,
  camera: false,
  layout: 'fused',
  drawings: [],
  set(change) {
    Object.assign(room, change);
  },
};

const layouts = {
  fused: {
    xray: [
      { x: 0, y: 0, width: 672, height: 720 },
      { x: 0, y: 48, width: 672, height: 672 },
    ],
    ultrasound: [
      { x: 680, y: 0, width: 600, height: 498 },
      { x: 680, y: 48, width: 600, height: 450 },
    ],
  },
  'side-by-side': {
    xray: [
      { x: 0, y: 0, width: 636, height: 684 },
      { x: 0, y: 48, width: 636, height: 636 },
    ],
    ultrasound: [
      { x: 644, y: 0, width: 636, height: 525 },
      { x: 644, y: 48, width: 636, height: 477 },
    ],
  },
  xray: {
    xray: [
      { x: 304, y: 0, width: 672, height: 720 },
      { x: 304, y: 48, width: 672, height: 672 },
    ],
  },
  ultrasound: {
    ultrasound: [
      { x: 192, y: 0, width: 896, height: 720 },
      { x: 192, y: 48, width: 896, height: 672 },
    ],
  },
};
const none = { x: 0, y: 0, width: 0, height: 0 };
const fusedOverlay = { x: 250, y: 280, width: 260, height: 240 };

const canvas = new OffscreenCanvas(width, height + strip);
const paint = canvas.getContext('2d', { willReadFrequently: true });
const sequences = { xray: 0, ultrasound: 0 };
const heldUs = { xray: 0, ultrasound: 0 };
const changedUs = { xray: 0, ultrasound: 0 };

function crc16(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0);
    crc &= 0xffff;
  }
  return crc;
}
function writeCode(x, y, stream, sequence, timeUs) {
  const bytes = [0b10110010, stream >> 8, stream & 255];
  for (let i = 3; i >= 0; --i) bytes.push((sequence >>> (8 * i)) & 255);
  for (let i = 6; i >= 0; --i) bytes.push(Math.floor(timeUs / 2 ** (8 * i)) % 256);
  const crc = crc16(bytes);
  bytes.push(crc >> 8, crc & 255);
  for (let block = 0; block < 128; ++block) {
    paint.fillStyle = (bytes[block >> 3] >> (7 - (block & 7))) & 1 ? '#ebebeb' : '#101010';
    paint.fillRect(x + (block % 32) * 8, y + (block >> 5) * 8, 8, 8);
  }
}
function paintXray({ x, y, width: w, height: h }, seconds) {
  const shade = paint.createRadialGradient(x + w / 2, y + h / 2, 20, x + w / 2, y + h / 2, w * 0.7);
  shade.addColorStop(0, '#c9ccd0');
  shade.addColorStop(1, '#3a3d42');
  paint.fillStyle = shade;
  paint.fillRect(x, y, w, h);
  paint.strokeStyle = '#5a5f66';
  for (let rib = 0; rib < 7; ++rib) {
    paint.lineWidth = h / 34;
    paint.globalAlpha = 0.5;
    paint.beginPath();
    paint.ellipse(x + w / 2, y + h * (0.1 + rib * 0.14), w * 0.44, h * 0.09, 0, Math.PI * 0.1, Math.PI * 0.9);
    paint.stroke();
  }
  paint.globalAlpha = 1;
  paint.strokeStyle = '#26292d';
  paint.lineWidth = h / 110;
  paint.beginPath();
  paint.moveTo(x + w * 0.62, y);
  const bend = Math.sin(seconds * 5) * w * 0.02;
  paint.bezierCurveTo(x + w * 0.6, y + h * 0.3, x + w * 0.35 + bend, y + h * 0.4, x + w * 0.45 + bend, y + h * 0.66);
  paint.stroke();
}
function paintEcho({ x, y, width: w, height: h }, seconds) {
  paint.fillStyle = '#000';
  paint.fillRect(x, y, w, h);
  const beat = 1 + 0.12 * Math.sin(seconds * 7);
  paint.save();
  paint.beginPath();
  paint.moveTo(x + w / 2, y + 6);
  paint.arc(x + w / 2, y + 6, h * 0.95, Math.PI * 0.27, Math.PI * 0.73);
  paint.closePath();
  paint.clip();
  for (let i = 0; i < 420; ++i) {
    const grey = 40 + ((i * 71) % 110);
    paint.fillStyle = `rgb(${grey},${grey},${grey})`;
    paint.fillRect(x + ((i * 137) % w), y + ((i * 89) % h), 16, 4);
  }
  paint.fillStyle = '#08080a';
  paint.strokeStyle = '#b9bcc0';
  paint.lineWidth = h / 40;
  paint.beginPath();
  paint.ellipse(x + w / 2, y + h * 0.55, w * 0.14 * beat, h * 0.22 * beat, 0.3, 0, 7);
  paint.fill();
  paint.stroke();
  paint.restore();
}

/** Paints the next picture and returns its stamp. */
export function nextPicture(sequence) {
  const nowUs = serverUs();
  paint.fillStyle = '#0d1014';
  paint.fillRect(0, 0, width, height + strip);
  const places = layouts[room.layout] ?? layouts['side-by-side'];
  const sources = [];
  ['xray', 'ultrasound'].forEach((modality, i) => {
    const alive = modality === 'xray' ? room.xray : room.echo;
    if (alive) {
      ++sequences[modality];
      heldUs[modality] = nowUs - room.delayMs * 1000 - (modality === 'xray' ? room.skewMs * 1000 : 0);
      if (room.content) changedUs[modality] = heldUs[modality];
    }
    const [pane, image] = places[modality] ?? [none, none];
    if (image.width > 0) (modality === 'xray' ? paintXray : paintEcho)(image, (changedUs[modality] * 1e-6) % 1000);
    const capturedUs = heldUs[modality];
    const code = room.code ? { x: i * 272, y: height, width: 256, height: 32 } : none;
    if (room.code) writeCode(code.x, code.y, i + 1, sequences[modality], capturedUs);
    const at = (ms) => capturedUs + ms * 1000;
    const marksUs = room.clock
      ? {
          acquired: at(-2),
          captured: at(0),
          encoded: at(3),
          sent: at(3.4),
          first_packet: at(4.1),
          received: at(4.6),
          decoded: at(6),
          paired: at(6.1),
          fused: at(8.2),
          annotated: at(8.6),
          encoded_for_view: at(11),
        }
      : {};
    sources.push({
      pane,
      image,
      code,
      header: {
        stream: i + 1,
        sequence: sequences[modality],
        modality,
        beamOn: modality !== 'xray' || room.beam,
        timecode: room.code,
        contentChangedUs: changedUs[modality],
        acquiredEstimated: true,
        width: image.width || 640,
        height: image.height || 480,
        periodUs,
        marksUs,
        clockBoundUs: 300,
      },
    });
  });
  const overlay = room.layout === 'fused' && room.registration === 'registered' ? fusedOverlay : none;
  if (overlay.width > 0) {
    paint.fillStyle = 'rgb(255 170 60 / 0.3)';
    paint.beginPath();
    paint.moveTo(overlay.x + overlay.width / 2, overlay.y);
    paint.arc(overlay.x + overlay.width / 2, overlay.y, overlay.height * 0.95, Math.PI * 0.3, Math.PI * 0.7);
    paint.fill();
  }
  const late = [{ stream: 40, sequence: sequence - 1, stage: 'published', timeUs: nowUs - periodUs }];
  return {
    stream: 40,
    sequence,
    boot: '00000000000000a1',
    node: 'augment',
    senderTimeUs: nowUs,
    canvas: { x: 0, y: 0, width, height },
    overlay,
    annotationRevision: room.revision,
    sources,
    late,
    placing: { registration: room.registration, seenUs: nowUs - 120_000, errorMm: 1.4, drawn: fusedOverlay },
  };
}

const generator = new MediaStreamTrackGenerator({ kind: 'video' });
const writer = generator.writable.getWriter();
let sequence = 0;
let newest = null;
let paintedMs = 0;
// An encoded picture does not say which one it is: the next is painted when the last one has been encoded, or is given up.
let encoded = true;
setInterval(() => {
  if (!room.pictures || (!encoded && performance.now() - paintedMs < 250)) return;
  newest = nextPicture(++sequence);
  paintedMs = performance.now();
  encoded = false;
  writer.write(new VideoFrame(canvas, { timestamp: sequence * periodUs }));
}, periodUs / 1000);

const peers = new Map();
/** Answers an offer of page `who` (a number of its socket) for a connection kind. */
export async function answer(who, kind, sdp) {
  peers.get(`${who} ${kind}`)?.close();
  const peer = new RTCPeerConnection({ encodedInsertableStreams: true });
  peers.set(`${who} ${kind}`, peer);
  let beside = null;
  peer.ondatachannel = ({ channel }) => {
    if (channel.label === 'stamps') return void (beside = channel);
    channel.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'ping')
        channel.send(JSON.stringify({ type: 'pong', id: message.id, server_us: serverUs(), bound_us: 60 }));
      else room.pointer = message;
    };
  };
  await peer.setRemoteDescription({ type: 'offer', sdp });
  if (kind === 'view') {
    const sender = peer.addTrack(generator);
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = 8_000_000;
    parameters.degradationPreference = 'maintain-resolution';
    await sender.setParameters(parameters).catch(() => undefined);
    const { readable, writable } = sender.createEncodedStreams();
    readable
      .pipeThrough(
        new TransformStream({
          transform(frame, controller) {
            encoded = true;
            if (room.stamps && newest && beside) {
              const head = new DataView(new ArrayBuffer(5));
              head.setUint32(0, frame.getMetadata().rtpTimestamp);
              head.setUint8(4, frame.type === 'key' ? 1 : 0);
              const sei = insertStamp(new Uint8Array(0), newest);
              if (beside.readyState === 'open') beside.send(new Uint8Array([...new Uint8Array(head.buffer), ...sei]));
            } else if (room.stamps && newest) frame.data = insertStamp(new Uint8Array(frame.data), newest).buffer;
            controller.enqueue(frame);
          },
        }),
      )
      .pipeTo(writable)
      .catch(() => undefined);
  }
  await peer.setLocalDescription();
  await new Promise((resolve) => {
    const look = () => peer.iceGatheringState === 'complete' && resolve();
    peer.onicegatheringstatechange = look;
    setTimeout(resolve, 1000);
    look();
  });
  return peer.localDescription.sdp;
}
export function close(who) {
  for (const [key, peer] of peers) if (key.startsWith(`${who} `)) peer.close();
}
Object.assign(globalThis, { mock: { room, answer, close } });
