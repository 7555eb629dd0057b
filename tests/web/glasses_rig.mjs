// In the page of the glasses' test: a wearer (IWER), and a session whose picture, stamps and overlay are made here. The
// states are judged by the page's own rules and painted by its own panel.
import { drawAgeUnknown } from '../../render/web/src/cover.ts';
import { Freshness } from '../../render/web/src/freshness.ts';
import { Surface } from '../../render/web/src/paint.ts';
import { Panel } from '../../render/web/src/panel.ts';

// The clock stands still, and no frame is drawn, until the test asks for frames: a busy machine changes nothing.
let nowMs = 1000;
let asked = [];
let pictureMs = 0;
let overlayMs = 0;
performance.now = () => nowMs;
globalThis.requestAnimationFrame = (callback) => asked.push(callback);
globalThis.cancelAnimationFrame = () => undefined;

const [width, height, codeRows] = [640, 360, 32];
export const images = {
  xray: { x: 0, y: 24, width: 336, height: 336 },
  ultrasound: { x: 340, y: 24, width: 300, height: 225 },
};
const none = { x: 0, y: 0, width: 0, height: 0 };

const rig = (globalThis.rig = {
  device: null,
  pictures: true,
  echo: true,
  stamps: true,
  mayDraw: true,
  points: [],
  strokes: [],
  ended: 0,
  why: '',
});
const source = document.createElement('canvas');
[source.width, source.height] = [width, height + codeRows];
const overlay = document.createElement('canvas');
[overlay.width, overlay.height] = [width, height];
const video = document.createElement('video');
video.muted = true;
document.body.append(video);
const freshness = new Freshness();
const panel = new Panel();
let stamp = null;
let sequence = 0;
let echoUs = 0;
let echoSequence = 0;

function paintPicture() {
  if (!rig.pictures) return;
  const on = source.getContext('2d');
  const nowUs = performance.now() * 1000;
  ++sequence;
  if (rig.echo) [echoUs, echoSequence] = [nowUs - 41_000, sequence];
  on.fillStyle = '#0d1014';
  on.fillRect(0, 0, width, height);
  const { xray, ultrasound } = images;
  const grey = 96 + Math.round(64 * Math.sin(nowUs * 4e-6));
  on.fillStyle = `rgb(${grey},${grey},${grey})`;
  on.fillRect(xray.x, xray.y, xray.width, xray.height);
  on.strokeStyle = '#26292d';
  on.lineWidth = 4;
  on.beginPath();
  on.moveTo(210, 24);
  on.bezierCurveTo(200, 120, 110 + grey / 8, 150, 150, 250);
  on.stroke();
  on.fillStyle = '#000';
  on.fillRect(ultrasound.x, ultrasound.y, ultrasound.width, ultrasound.height);
  on.fillStyle = '#777';
  on.beginPath();
  on.moveTo(490, 28);
  on.arc(490, 28, 205, Math.PI * 0.27, Math.PI * 0.73);
  on.fill();
  on.fillStyle = '#08080a';
  on.beginPath();
  on.ellipse(490, 150, 40 + grey / 20, 50 + grey / 20, 0.3, 0, 7);
  on.fill();
  on.fillStyle = '#ff00ff'; // in-picture codes: nobody may see any of it
  on.fillRect(0, height, width, codeRows);
  if (!rig.stamps) return;
  const header = (modality, timeUs, stream, sequence) => ({
    stream,
    modality,
    sequence,
    width: 640,
    height: 480,
    timeline: { marksUs: { captured: timeUs }, clockBoundUs: 2600, acquiredEstimated: false },
    contentChangedUs: timeUs,
    periodUs: 33_333,
    beamOn: true,
    degraded: false,
    timecode: false,
  });
  const placed = (modality, header) => ({
    header,
    image: images[modality],
    code: none,
    pane: { ...images[modality], y: 0, height: images[modality].height + 24 },
  });
  stamp = {
    stream: 40,
    sequence,
    boot: 'a',
    node: 'augment',
    senderTimeUs: nowUs,
    canvas: { x: 0, y: 0, width, height },
    overlay: none,
    placing: { registration: 'registered', seenUs: nowUs, errorMm: 1.2, drawn: none, edgeOn: false },
    annotationRevision: 0,
    late: [],
    sources: [
      placed('xray', header('xray', nowUs - 44_000, 1, sequence)),
      placed('ultrasound', header('ultrasound', echoUs, 2, echoSequence)),
    ],
  };
  freshness.saw(stamp, nowUs);
}
const states = () => (stamp ? freshness.judge(performance.now() * 1000) : null);
function paintOverlay() {
  const context = overlay.getContext('2d');
  context.clearRect(0, 0, overlay.width, overlay.height);
  const on = new Surface(context, overlay.width, overlay.height, 1);
  if (!stamp) drawAgeUnknown(on, 'the picture carries no stamp');
  else
    panel.draw(on, {
      stamp,
      states: states(),
      freeze: null,
      nowUs: performance.now() * 1000,
      wallClock: new Date(),
      latency: () => null,
    });
}

rig.begin = async ({ additive, large }) => {
  const { XRDevice, metaQuest3 } = globalThis.IWER;
  const config = additive
    ? {
        ...metaQuest3,
        supportedSessionModes: ['inline', 'immersive-vr'],
        environmentBlendModes: { 'immersive-vr': 'additive' },
      }
    : metaQuest3;
  rig.device = new XRDevice(config, { fovy: Math.PI / 3, ipd: 0 });
  rig.device.installRuntime({ forceInstall: true });
  rig.device.controllers.left.connected = false;
  if (large) [overlay.width, overlay.height] = [width * 2, height * 2];
  pass(200);
  const painting = setInterval(() => pass(0), 30); // a still canvas sends nothing
  video.srcObject = source.captureStream(30);
  await video.play();
  clearInterval(painting);
};
rig.enter = async () => {
  const { enter_glasses } = await import('./glasses.js');
  try {
    await enter_glasses({
      video,
      overlay,
      stamp: () => stamp,
      states,
      mayDraw: rig.mayDraw,
      point: (at) => rig.points.push(at),
      draw: (modality, points) => rig.strokes.push({ modality, points }),
      ended: () => ++rig.ended,
    });
  } catch (error) {
    rig.why = error.message;
  }
  return rig.why;
};

const minus = (a, b) => a.map((value, i) => value - b[i]);
const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x];
const unit = (a) => a.map((value) => value / Math.hypot(...a));
const list = ({ x, y, z }) => [x, y, z];
/** Of yaw to the left and pitch up. */
const turned = (yaw, pitch) => {
  const [s, c, t, d] = [Math.sin(yaw / 2), Math.cos(yaw / 2), Math.sin(pitch / 2), Math.cos(pitch / 2)];
  return [c * t, s * d, -s * t, c * d];
};
/** Where that point of the board (metres from the picture's middle, right and up) hangs, seen from that head. */
rig.onBoard = (right, up, { yaw = 0, head = [0, 1.6, 0] } = {}) => {
  const middle = [head[0] - Math.sin(yaw) * 1.2, head[1] - 0.08, head[2] - Math.cos(yaw) * 1.2];
  const normal = unit(minus(head, middle));
  const across = unit(cross([0, 1, 0], normal));
  const upwards = cross(normal, across);
  return middle.map((value, i) => value + across[i] * right + upwards[i] * up);
};
rig.aim = (target, hand = 'right', from = [0, 1.3, 0]) => {
  const controller = rig.device.controllers[hand];
  controller.connected = true;
  const [x, y, z] = unit(minus(target, from));
  controller.position.set(...from);
  controller.quaternion.set(...turned(Math.atan2(-x, -z), Math.asin(y)));
};
rig.look = (yaw, pitch = 0) => rig.device.quaternion.set(...turned(yaw, pitch));
rig.stand = (x, y, z) => rig.device.position.set(x, y, z);
rig.trigger = (value, hand = 'right') => rig.device.controllers[hand].updateButtonValue('trigger', value);
/** Pictures thirty times a second, the overlay ten times, whatever else happens. */
function pass(ms) {
  for (const endMs = nowMs + ms; nowMs < endMs; nowMs += Math.min(16, endMs - nowMs)) {
    if (nowMs >= pictureMs) {
      paintPicture();
      pictureMs = nowMs + 33;
    }
    if (nowMs >= overlayMs) {
      paintOverlay();
      overlayMs = nowMs + 100;
    }
  }
  if (ms === 0) paintPicture();
}
/** That many frames, so far apart: what has been set is seen after two. */
rig.frames = async (count = 2, apartMs = 16) => {
  while (count-- > 0) {
    pass(apartMs);
    const now = asked;
    asked = [];
    for (const callback of now) callback(nowMs);
    await new Promise((resolve) => setTimeout(resolve));
  }
};
async function withCanvas(at) {
  let found = null;
  rig.device.activeSession.requestAnimationFrame(() => (found = at(rig.device.appCanvas)));
  await rig.frames(1);
  return found;
}
/** Colour and alpha where that point of the room is seen by a head that has not turned. */
rig.pixel = (at) =>
  withCanvas((canvas) => {
    const [x, y, z] = minus(at, list(rig.device.position));
    const half = Math.tan(rig.device.fovy / 2) * -z;
    const copy = new OffscreenCanvas(1, 1).getContext('2d');
    copy.drawImage(
      canvas,
      -Math.round((0.5 + (x / half / 2) * (canvas.height / canvas.width)) * canvas.width),
      -Math.round((0.5 - y / half / 2) * canvas.height),
    );
    return [...copy.getImageData(0, 0, 1, 1).data];
  });
/** What the wearer sees before a wall of a bright room; PNG, base64. */
rig.seen = () =>
  withCanvas((canvas) => {
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const on = copy.getContext('2d');
    on.fillStyle = '#8f9a98';
    on.fillRect(0, 0, copy.width, copy.height);
    on.drawImage(canvas, 0, 0);
    return copy.toDataURL().split(',')[1];
  });
