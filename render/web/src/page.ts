// The page of the remote session, in the open: who talks to whom.
import { Camera } from './camera.ts';
import { ServerClock, pageGrainUs } from './clock.ts';
import { Connection } from './connection.ts';
import { Controls } from './controls.ts';
import { byId } from './dom.ts';
import { Door } from './door.ts';
import { Drawings } from './drawings.ts';
import { Engineer } from './engineer.ts';
import { Figures } from './figures.ts';
import { glassesEntry } from './glasses_entry.ts';
import { LiveChannel } from './live_channel.ts';
import type { FromShare, Welcome } from './messages.ts';
import { Notes } from './notes.ts';
import { personColor } from './paint.ts';
import { People } from './people.ts';
import { roleCan, roleNames } from './roles.ts';
import { Session, browserSurroundings, takeToken } from './session.ts';
import { Stage } from './stage.ts';
import { Talk } from './talk.ts';
import { Tools } from './tools.ts';
import { View } from './view.ts';
import { stampReading, viewConfiguration, viewFurnish } from './view_connection.ts';

const session = new Session(browserSurroundings(), takeToken(location, history));
const clock = new ServerClock(pageGrainUs());
const video = byId<HTMLVideoElement>('video');
const overlay = byId<HTMLCanvasElement>('overlay');
const notes = new Notes(byId('notes'));
const door = new Door(byId('door'), session);

const view = new View(video, clock, stampReading());
const figures = new Figures(view, clock);
const live = new LiveChannel(clock);
const drawings = new Drawings((message) => session.send(message));
const stage = new Stage(
  view,
  {
    stage: byId('stage'),
    picture: byId('picture'),
    video,
    held: byId<HTMLCanvasElement>('held'),
    overlay,
    states: byId('states'),
    halted: byId('halted'),
  },
  drawings,
);
const tools = new Tools(stage, overlay, drawings, (message) => live.point(message) || session.send(message));
const talk = new Talk(session, byId<HTMLAudioElement>('voices'));
const camera = new Camera(session);
const people = new People(byId('side'), session);
const engineer = new Engineer(byId('engineer'), view, clock, figures);
const picture = new Connection(
  'view',
  session,
  viewFurnish({
    reading: () => view.reading,
    onFrame: (frame) => view.received(frame),
    onTrack: (stream, receiver) => {
      video.srcObject = stream;
      figures.of(receiver);
      void video.play().catch(() => undefined);
    },
    onChannel: (channel) => live.use(channel),
  }),
  () => viewConfiguration(view.reading),
);
const connections = [picture, talk.connection, camera.connection];
let controls: Controls | null = null;

/** A screen that is watched does not go dark. The browser takes the lock back whenever the page is hidden. */
function stayAwake(): void {
  if (session.state === 'joined' && document.visibilityState === 'visible')
    void navigator.wakeLock?.request('screen').catch(() => undefined);
}
document.addEventListener('visibilitychange', stayAwake);

async function enter(welcome: Welcome): Promise<void> {
  // The pass of this tab opens the page that this link is for.
  if (welcome.role === 'engineer') return location.replace('latency');
  const first = controls === null;
  door.hide();
  byId('room').hidden = false;
  stage.color = personColor(welcome.colour);
  document.documentElement.style.setProperty('--mine', stage.color);
  notes.stand('link', '');
  view.reading = welcome.picture === 'direct' ? 'data channel' : stampReading();
  if (welcome.picture === 'janus')
    live.useCarrier({ ready: () => session.state === 'joined', send: (message) => void session.send(message) });
  picture.open();
  talk.connection.open();
  talk.tell();
  if (camera.on) camera.connection.open();
  stayAwake();
  if (!first) return;
  notes.say(`You are here as ${roleNames[welcome.role].toLowerCase()}: you can ${roleCan[welcome.role]}.`);
  const room = { session, stage, tools, drawings, talk, camera, people, engineer, notes };
  controls = new Controls(byId('bar'), { ...room, enterGlasses: null });
  const enterGlasses = await glassesEntry({ session, view, stage, tools, drawings, video, overlay }, (why) =>
    notes.say(why),
  );
  if (enterGlasses) controls = new Controls(byId('bar'), { ...room, enterGlasses });
}
function leave(): void {
  for (const connection of connections) connection.close();
  if (camera.on) camera.stop();
  video.srcObject = null;
  byId('room').hidden = true;
}
const update = () => controls?.update();
talk.onChange = () => {
  update();
  notes.stand('sound', talk.blocked ? 'The room cannot be heard yet.' : '', {
    words: 'Tap to hear',
    what: () => void talk.hear(),
  });
};
picture.onState = () =>
  notes.stand('picture', picture.why === '' ? '' : `No picture (${picture.why}). The page tries again.`);
camera.onChange = tools.onTool = update;
drawings.onLost = (why) => notes.say(why);

session.onState = () => {
  switch (session.state) {
    case 'connecting':
      if (controls && !door.open)
        notes.stand(
          'link',
          `Connection lost${session.why === '' ? '' : ` (${session.why})`}. The page comes back by itself.`,
        );
      else door.wait(session.why);
      break;
    case 'joined':
      if (session.welcome) void enter(session.welcome);
      break;
    case 'refused':
      leave();
      door.refuse(session.why);
      break;
    case 'removed':
      leave();
      door.removed();
      break;
    case 'idle':
      leave();
      door.left();
  }
};
session.onMessage = (message: FromShare) => {
  switch (message.type) {
    case 'answer':
      void connections.find(({ kind }) => kind === message.connection)?.answered(message.sdp);
      break;
    case 'offer':
      if (message.connection === 'view') void picture.offered(message.sdp);
      break;
    case 'pong':
      live.heard(message);
      break;
    case 'ended':
      connections.find(({ kind }) => kind === message.connection)?.ended(message.why, message.again ?? true);
      if (message.connection === 'talk' && message.again === false) notes.say(`You do not hear the room: ${message.why}.`);
      if (message.connection === 'camera' && camera.on)
        notes.say(`Your camera is not in the room: ${message.why}. Trying again.`);
      break;
    case 'people': {
      const before = people.people.find(({ id }) => id === session.welcome?.you);
      people.now(message.people);
      const me = message.people.find(({ id }) => id === session.welcome?.you);
      if (me && before && me.silenced !== before.silenced)
        notes.say(me.silenced ? 'A moderator has silenced you.' : 'You may speak again.');
      update();
      break;
    }
    case 'view':
      if (session.welcome) Object.assign(session.welcome, { layout: message.layout, size: message.size });
      if (message.why !== '') notes.say(message.why);
      break;
    case 'drawn':
      drawings.drawn(message.ref, message.revision);
      break;
    case 'not-drawn':
      drawings.notDrawn(message.ref, message.why);
      break;
    case 'invitation':
      people.invite.show(message);
      break;
    case 'server':
      stage.serverReached = message.reached;
      notes.stand('server', message.reached ? '' : 'The picture server cannot be reached. The page waits for it.');
      break;
    case 'error':
      notes.say(message.why);
  }
};

/** For tests and the benchmark.
 *  states(): {session, why, connections: {view, talk, camera}, muted, frozen, said, modality: {ultrasound, xray, camera:
 *            {state, why, ageUs, …}}, fusion: {trusted, synced, …}} — what the overlay shows at this instant; modality and
 *            fusion are null before the first stamp.
 *  figures(): {frames: {received, unstamped, keyframes, shown, unmatched, unseen}, latency: {MODALITY: {capturedToPresented,
 *            acquiredToPresented: {count, p50Us, p95Us, p99Us, maxUs, boundUs, printable}, hops: {STAGE: {…}}}}, clock: {offsetUs,
 *            boundUs, roundTripUs, exchanges}, media: {…getStats()…}, codes: {agree, disagree, unreadable, overtaken}} — the last 10 s,
 *            µs, null where unknown.
 *  stamp(): of the picture shown, times on this page's clock (performance.now(), µs). */
Object.assign(window, {
  scialytic: {
    states: () => {
      const judged = view.stamp ? view.judge(performance.now() * 1000) : null;
      return {
        session: session.state,
        why: session.why,
        muted: talk.muted,
        frozen: stage.frozen,
        connections: Object.fromEntries(connections.map(({ kind, peer }) => [kind, peer?.connectionState ?? 'closed'])),
        said: stage.sayStates(performance.now() * 1000),
        modality: judged?.modality ?? null,
        fusion: judged?.fusion ?? null,
      };
    },
    figures: () => figures.now(),
    stamp: () => stage.stamp,
  },
});

if (session.hasToken) door.askName();
else if (session.mayComeBack) session.join('');
else door.needLink();
