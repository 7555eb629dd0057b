// A share without a room behind it, to work on the page: serves the built page under its content policy, speaks the
// signalling, and lets a second page of the same browser send the picture. `node mock_share.mjs PAGEDIR` keeps it up.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { WebSocketServer } = createRequire(join(here, '../../render/web/package.json'))('ws');

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
  "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; " +
  "form-action 'none'; require-trusted-types-for 'script'";
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Chromium sends no media over loopback alone. */
export const ownAddress = () =>
  Object.values(networkInterfaces())
    .flat()
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'mock_share_'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=mock',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const rights = {
  viewer: { talk: false, draw: false, camera: false, moderate: false },
  colleague: { talk: true, draw: true, camera: false, moderate: false },
  glasses: { talk: true, draw: true, camera: true, moderate: false },
  moderator: { talk: true, draw: true, camera: true, moderate: true },
  engineer: { talk: false, draw: false, camera: false, moderate: false },
};
const others = [
  {
    id: 90,
    name: 'Dr. Ines Okafor',
    role: 'moderator',
    colour: 0,
    muted: false,
    silenced: false,
    speaking: true,
    camera: false,
  },
  {
    id: 91,
    name: 'Glasses, table side',
    role: 'glasses',
    colour: 3,
    muted: true,
    silenced: false,
    speaking: false,
    camera: true,
  },
  {
    id: 92,
    name: '<b>Prof. van der Meer-Ångström</b>',
    role: 'viewer',
    colour: 5,
    muted: true,
    silenced: true,
    speaking: false,
    camera: false,
  },
];
const qr = Array.from({ length: 33 }, (_, y) =>
  Array.from({ length: 33 }, (_, x) => ((x * 7 + y * 13 + x * y) % 3 === 0 ? 1 : 0)).join(''),
);

/** The token of a link is the role itself here. `answer(who, kind, sdp)`: of the sending page, once there is one. */
export async function startMock(pagedir, port = 0) {
  const mock = { answer: null, closed: () => undefined, sockets: new Map(), heard: [], revision: 1, url: '' };
  const passes = new Map();
  const server = createServer(certificate(), (request, response) => {
    const path = normalize(new URL(request.url, 'https://mock').pathname);
    if (path === '/mock.html') {
      response.setHeader('Content-Type', types['.html']);
      return response.end('<!doctype html><title>sender</title><script type="module" src="mock_room.mjs"></script>');
    }
    const file = join(path.endsWith('.mjs') ? here : pagedir, path === '/' ? 'index.html' : path === '/latency' ? 'latency.html' : path);
    try {
      const body = readFileSync(file);
      response.writeHead(200, {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Content-Security-Policy': policy,
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cache-Control': 'no-store',
        'Cross-Origin-Embedder-Policy': 'require-corp',
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        'Permissions-Policy': 'camera=(self), microphone=(self), fullscreen=(self), xr-spatial-tracking=(self)',
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  const people = () => [...others, ...[...mock.sockets.values()].map(({ person }) => person).filter(Boolean)];
  const tellAll = (message) => {
    for (const { socket, person } of mock.sockets.values()) if (person) socket.send(JSON.stringify(message));
  };
  const tellPeople = () => tellAll({ type: 'people', people: people() });
  const sockets = new WebSocketServer({ server, path: '/session' });
  let count = 0;
  sockets.on('connection', (socket) => {
    const who = ++count;
    const here = { socket, person: null, view: { layout: 'fused', size: 'full' } };
    mock.sockets.set(who, here);
    const send = (message) => socket.send(JSON.stringify(message));
    const refuse = (why) => {
      send({ type: 'refused', why });
      socket.close(4001);
    };
    socket.on('close', () => {
      mock.sockets.delete(who);
      mock.closed(who);
      tellPeople();
    });
    socket.on('message', async (data) => {
      const message = JSON.parse(String(data));
      mock.heard.push(message);
      if (message.type === 'join') {
        const back = message.pass !== undefined ? passes.get(message.pass) : null;
        if (message.pass !== undefined && !back) return refuse('Your place in this session is not kept any more.');
        const role = back?.role ?? message.token;
        if (!rights[role]) return refuse('This link has expired.');
        const name = back?.name ?? message.name;
        const pass = message.pass ?? `pass-${who}`;
        passes.set(pass, { role, name });
        here.person = {
          id: who,
          name,
          role,
          colour: who % 8,
          muted: true,
          silenced: false,
          speaking: false,
          camera: false,
        };
        send({
          type: 'welcome',
          you: who,
          name,
          role,
          colour: who % 8,
          pass,
          may: rights[role],
          ice: [],
          ...here.view,
          ...(mock.beside && { picture: 'direct' }), // the stamps are sent beside it
          layouts: ['fused', 'side-by-side', 'picture-in-picture', 'xray', 'ultrasound'],
        });
        send({ type: 'server', reached: true });
        tellPeople();
      } else if (message.type === 'offer' && mock.answer) {
        send({
          type: 'answer',
          connection: message.connection,
          sdp: await mock.answer(who, message.connection, message.sdp),
        });
      } else if (message.type === 'draw') {
        send({ type: 'drawn', ref: message.ref, revision: mock.revision + 1 });
      } else if (message.type === 'layout') {
        here.view = { layout: message.layout, size: message.size };
        send({ type: 'view', ...here.view, why: '' });
      } else if (message.type === 'latency') {
        here.latency = message.on;
      } else if (message.type === 'muted') {
        here.person.muted = message.on;
        tellPeople();
      } else if (message.type === 'invite') {
        send({ type: 'invitation', role: message.role, link: `${mock.url}#${message.role}`, qr, expires_s: 900 });
      } else if (message.type === 'remove') {
        mock.sockets.get(message.who)?.socket.close(4002);
      }
    });
  });
  await new Promise((resolve) => server.listen(port, '0.0.0.0', resolve));
  mock.url = `https://${ownAddress()}:${server.address().port}/`;
  mock.drop = () => sockets.clients.forEach((client) => client.terminate());
  mock.tellAll = tellAll;
  /** To all who watch the latency. */
  mock.tellLatency = (news) => {
    for (const { socket, latency } of mock.sockets.values())
      if (latency) socket.send(JSON.stringify({ type: 'latency', ...news }));
  };
  mock.stop = () => {
    mock.drop();
    server.close();
  };
  return mock;
}

export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** A browser whose first page sends the picture. */
export async function startRoom(mock, chromium) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumFlags });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone', 'camera'] });
  const sender = await context.newPage();
  sender.on('pageerror', (error) => console.error('sender:', error.message));
  await sender.goto(`${mock.url}mock.html`);
  await sender.waitForFunction(() => globalThis.mock);
  mock.answer = (who, kind, sdp) =>
    sender.evaluate(([who, kind, sdp]) => globalThis.mock.answer(who, kind, sdp), [who, kind, sdp]).catch(() => '');
  mock.closed = (who) => void sender.evaluate((who) => globalThis.mock.close(who), who).catch(() => undefined);
  const set = (change) => sender.evaluate((change) => globalThis.mock.room.set(change), change);
  return { browser, context, sender, set };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { chromium } = createRequire(join(here, '../../render/web/package.json'))('playwright-core');
  process.once('SIGTERM', () => process.exit()); // Playwright would only close its browser
  const mock = await startMock(process.argv[2] ?? 'out', 8443);
  await startRoom(mock, chromium);
  console.log(`${mock.url}#moderator`);
}
