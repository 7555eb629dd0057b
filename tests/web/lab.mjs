// A running pipeline with a remote session, as real processes on this machine, for tests and the benchmark.
import { spawn, execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const program = process.env.SCIALYTIC ?? join(here, '../../build/release/scialytic');
const chromium = '/usr/bin/chromium';
export const web = createRequire(join(here, '../../render/web/package.json'));  // what npm brought is there

/** ICE finds nothing on the loopback alone. Null: this machine has no address of its own. */
export const ownAddress = () => Object.values(networkInterfaces()).flat()
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
export const browserFlags = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding', '--disable-background-timer-throttling'];

export const freeTcp = () => new Promise((found) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => found(port));
  });
});
const freeUdp = () => new Promise((found) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
    const { port } = socket.address();
    socket.close(() => found(port));
  });
});

/** Asks until it is so; throws what it was waiting for. */
export async function eventually(what, so, { withinMs = 30_000, everyMs = 100 } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await so();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await new Promise((next) => setTimeout(next, everyMs));
  }
}

export class Lab {
  folder = mkdtempSync(join(tmpdir(), 'scialytic-lab-'));
  processes = new Map();
  logs = new Map();

  constructor({ width = 640, height = 360, rate = 8, camera = false, shareArguments = [] } = {}) {
    Object.assign(this, { width, height, rate, camera, shareArguments });
  }

  async start({ share = true } = {}) {
    this.ports = { bus: await freeTcp(), media: await freeUdp(), https: await freeTcp() };
    const keys = join(this.folder, 'keys');
    const keysCommand = (...words) => execFileSync(program, ['keys', ...words]);
    const nodes = { 'capture-ultrasound': ['capture'], 'capture-xray': ['capture'], display: ['display'],
                    control: ['control'], share: ['display', 'annotator', 'capture'] };
    keysCommand('server', keys);
    keysCommand('new', keys, ...Object.keys(nodes));
    for (const [node, roles] of Object.entries(nodes)) keysCommand('enrol', keys, node, ...roles.flatMap((role) => ['--role', role]));
    this.keys = keys;
    const bus = ['--bus-port', String(this.ports.bus)];
    const size = ['--canvas-width', String(this.width), '--canvas-height', String(this.height)];
    this.run('augment', ['augment', ...bus, '--media-port', String(this.ports.media), '--keys', keys, ...size, '--timecode', 'true']);
    for (const stream of ['ultrasound', 'xray'])
      this.run(`capture-${stream}`, ['capture', ...bus, '--keys', join(keys, `capture-${stream}`), '--stream', stream, '--source',
        stream === 'xray' ? 'synthetic?width=256&height=256' : 'synthetic?width=320&height=240',
        '--frames-per-second', String(this.rate), '--timecode', 'true']);
    this.run('display', ['display', ...bus, '--keys', join(keys, 'display'), '--present', 'headless', '--out', join(this.folder, 'panel'), ...size,
      '--timecode', 'true']);
    if (share) await this.startShare();
  }
  async startShare() {
    this.run('share', ['share', '--bus-port', String(this.ports.bus), '--keys', join(this.keys, 'share'), '--https-port',
      String(this.ports.https), '--canvas-width', String(this.width), '--canvas-height', String(this.height), ...this.shareArguments]);
    await eventually('share prints its links', () => /WHEP/.test(this.log('share')), { withinMs: 20_000 });
    this.links = Object.fromEntries([...this.log('share').matchAll(/^(viewer|colleague|glasses|moderator|engineer) +(https:\S+)$/gm)]
      .map(([, role, link]) => [role, link]));
    this.bearers = { whip: /WHIP \S+, Bearer (\S+)/.exec(this.log('share'))[1], whep: /WHEP \S+, Bearer (\S+)/.exec(this.log('share'))[1] };
    this.url = new URL(this.links.viewer).origin;
  }
  run(name, words) {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.logs.set(name, '');
    const take = (bytes) => this.logs.set(name, this.logs.get(name) + bytes);
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.ended = new Promise((over) => child.on('exit', (code, signal) => over(signal ?? code)));
    this.processes.set(name, child);
    return child;
  }
  log(name) { return this.logs.get(name) ?? ''; }
  async kill(name, signal = 'SIGKILL') {
    const child = this.processes.get(name);
    if (!child) return;
    child.kill(signal);
    await child.ended;
    this.processes.delete(name);
  }
  control(...words) {
    return execFileSync(program, ['control', '--bus-port', String(this.ports.bus), '--keys', join(this.keys, 'control'), '--node', 'control', ...words]).toString();
  }
  /** The OR display's newest picture as raw RGB, or null before the first. */
  panel() {
    const file = join(this.folder, 'panel', 'panel.png');
    if (!existsSync(file)) return null;
    try {
      const rgb = execFileSync('/usr/bin/convert', [file, '-depth', '8', 'rgb:-'], { maxBuffer: 1 << 26 });
      const [width, height] = execFileSync('/usr/bin/identify', ['-format', '%w %h', file]).toString().split(' ').map(Number);
      return { rgb, width, height };
    } catch {
      return null;  // being written
    }
  }
  timeline() {
    const file = join(this.folder, 'panel', 'timeline.csv');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }
  async stop() {
    for (const name of [...this.processes.keys()].reverse()) await this.kill(name, name === 'display' ? 'SIGTERM' : 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const canBrowse = () => existsSync(chromium) && ownAddress() !== null;
/** WebGL by software, which takes a core for itself: for the glasses alone. */
export const withGl = ['--disable-gpu', '--enable-unsafe-swiftshader'];
export const withoutGpu = ['--disable-gpu'];
export const browse = (more = withoutGpu) => web('playwright-core').chromium.launch({ executablePath: chromium, args: [...browserFlags, ...more] });
/** Emulates that headset in a page: hand it to `enter`. */
export const iwer = (headset) => async (context) => {
  await context.addInitScript({ path: join(here, '../../render/web/node_modules/iwer/build/iwer.min.js') });
  await context.addInitScript((which) => {
    const { XRDevice, [which]: configuration } = window.IWER;
    window.device = new XRDevice(configuration, { stereoEnabled: true });
    window.device.installRuntime({ forceInstall: true, polyfillLayers: true });
  }, headset);
};
/** A page that follows the link and joins under that name. */
export async function enter(browser, link, name, options = {}, prepare = () => undefined) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone', 'camera'], viewport: { width: 800, height: 500 },
                                             acceptDownloads: true, ...options });
  await prepare(context);
  const page = await context.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(String(error)));
  await page.goto(link);
  await page.getByRole('textbox').first().fill(name);
  await page.getByRole('button', { name: /join/i }).click();
  return page;
}
