// The page that shows where the time goes, in the open: who talks to whom.
import { byId, element } from './dom.ts';
import { Door } from './door.ts';
import { DisplayPanel } from './latency_display.ts';
import { goingOf } from './latency_going.ts';
import { latencyNews, type LatencyNews } from './latency_news.ts';
import type { FromShare } from './messages.ts';
import { Session, browserSurroundings, takeToken } from './session.ts';
import { Watchdog } from './watchdog.ts';
import { clockTime } from './words.ts';

const judgeEveryMs = 250;
const session = new Session(browserSurroundings(), takeToken(location, history));
const door = new Door(
  byId('door'),
  session,
  'You will see how long pictures take from the devices to each display, and where the time goes. The people in the ' +
    'room see that you are looking. A link for engineers shows nothing of the room: no picture, no voice, no names.',
);
const page = byId('latency');
const going = byId('going');
const displays = new Map<string, DisplayPanel>();
const watchdog = new Watchdog(byId('halted'));
let news: LatencyNews | null = null;
let heardMs: number | null = null;
let reached = true;
let heldMs: number | null = null;

const hold = element(
  'button',
  {
    type: 'button',
    'aria-keyshortcuts': 'H',
    'aria-pressed': 'false',
    onclick: () => {
      heldMs = heldMs === null ? performance.now() : null;
      hold.setAttribute('aria-pressed', String(heldMs !== null));
      judge();
    },
  },
  'Hold (H)',
);
byId('tools').append(hold);
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key.toLowerCase() === 'h' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) hold.click();
});

function say(words: string, live: boolean): void {
  if (going.textContent !== words) going.textContent = words; // told aloud only when it changes
  going.classList.toggle('live', live);
}

/** Four times a second, whether anything comes or not: what has stopped never looks live. */
function judge(): void {
  watchdog.alive();
  const nowMs = performance.now();
  const wallMinusNowMs = Date.now() - nowMs;
  const judged = [...displays.values()].map((panel) => {
    const one =
      heldMs === null
        ? goingOf(news, heardMs, panel.node, nowMs, session.state === 'joined', reached)
        : { live: false, why: 'held by you', sinceMs: heldMs };
    panel.going(one, wallMinusNowMs);
    return one;
  });
  const untold = news && news.untold > 0 ? `, ${news.untold} more not shown` : '';
  if (judged.length === 0) {
    const none = goingOf(news, heardMs, '', nowMs, session.state === 'joined', reached);
    say(`NOT LIVE: ${none.why}`, false);
  } else if (judged.every(({ live }) => live)) {
    say(`LIVE${untold}`, true);
  } else {
    const sinceMs = Math.min(...judged.flatMap(({ live, sinceMs: since }) => (live || since === null ? [] : [since])));
    const since = Number.isFinite(sinceMs) ? ` since ${clockTime(new Date(sinceMs + wallMinusNowMs))}` : '';
    const some = judged.some(({ live }) => live) ? 'PARTLY LIVE' : 'NOT LIVE';
    say(`${some}${since}${untold}`, false);
  }
}

session.onMessage = (message: FromShare) => {
  if (message.type === 'server') reached = message.reached;
  if (message.type !== 'latency') return;
  if (heldMs !== null) return;
  news = latencyNews(message);
  heardMs = performance.now();
  for (const display of news.displays) {
    let panel = displays.get(display.node);
    if (!panel) {
      panel = new DisplayPanel(display.node);
      displays.set(display.node, panel);
      byId('displays').append(panel.root);
    }
    panel.heard(news, display, heardMs);
  }
  for (const [node, panel] of displays) {
    if (news.displays.some((one) => one.node === node)) continue;
    panel.root.remove(); // share has forgotten it: silent for a minute
    displays.delete(node);
  }
  judge();
};
session.onState = () => {
  const { state } = session;
  if (state === 'joined') {
    door.hide();
    page.hidden = false;
    session.send({ type: 'latency', on: true });
  } else if (state === 'connecting') {
    if (page.hidden) door.wait(session.why);
  } else {
    page.hidden = true;
    if (state === 'refused') door.refuse(session.why);
    else if (state === 'removed') door.removed();
    else door.left();
  }
  judge();
};
setInterval(judge, judgeEveryMs);

/** For tests. latency(): {state, going, displays: {NODE: {stopped, streams: {MODALITY: {newest: {sequence, boundUs, totalUs,
 *  hopsUs}, said}}, events}}} — what stands on the page at this instant. */
Object.assign(window, {
  scialytic: {
    latency: () => ({
      state: session.state,
      going: going.textContent,
      displays: Object.fromEntries(
        [...displays].map(([node, panel]) => [
          node,
          {
            stopped: panel.root.classList.contains('stopped'),
            streams: Object.fromEntries(
              [...panel.streams].map(([modality, stream]) => [
                modality,
                { newest: stream.newest(), said: stream.said },
              ]),
            ),
            events: panel.history.events,
          },
        ]),
      ),
    }),
  },
});

if (session.hasToken) door.askName();
else if (session.mayComeBack) session.join('');
else door.needLink();
