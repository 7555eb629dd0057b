// The picture by a real Janus: published once, played by everybody, back by itself when Janus was gone.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Lab, browse, canBrowse, enter, eventually, freeTcp } from './lab.mjs';

const program = '/usr/bin/janus';
const modules = '/usr/lib/x86_64-linux-gnu/janus';
const skip = !existsSync(program)
  ? 'wants Janus (apt-get install janus)'
  : canBrowse()
    ? false
    : 'wants Chromium and a network address of this machine beside the loopback';

class Janus {
  folder = mkdtempSync(join(tmpdir(), 'scialytic-janus-'));
  async start() {
    this.port ??= await freeTcp();
    const file = (name, words) => writeFileSync(join(this.folder, name), words);
    file('janus.jcfg', `general: { configs_folder = "${this.folder}"; plugins_folder = "${modules}/plugins";
      transports_folder = "${modules}/transports"; events_folder = "${modules}/events"; loggers_folder = "${modules}/loggers" }\n`);
    file('janus.transport.http.jcfg', `general: { base_path = "/janus"; http = true; port = ${this.port}; ip = "127.0.0.1" }\n`);
    file('janus.plugin.streaming.jcfg', 'general: {}\n');
    this.child = spawn(program, ['-F', this.folder, '-C', join(this.folder, 'janus.jcfg')], { stdio: 'ignore' });
    this.ended = new Promise((over) => this.child.on('exit', over));
    await eventually('Janus answers', () => fetch(`${this.url}/info`, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false));
  }
  get url() {
    return `http://127.0.0.1:${this.port}/janus`;
  }
  /** Where it takes pictures: its UDP sockets on the loopback. */
  ports() {
    const inodes = readdirSync(`/proc/${this.child.pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${this.child.pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
    return readFileSync('/proc/net/udp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
      .filter((words) => words[1]?.startsWith('0100007F:') && inodes.includes(`socket:[${words[9]}]`)).length;
  }
  async kill() {
    this.child?.kill('SIGKILL');
    await this.ended;
  }
  async stop() {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}

const figures = (page) => page.evaluate(() => window.scialytic.figures());
const states = (page) => page.evaluate(() => window.scialytic.states());
const live = (page) => eventually('live', async () => {
  const { modality } = await states(page);
  return modality?.ultrasound?.state === 'live' && modality?.xray?.state === 'live';
});

describe('A picture that Janus gives out', { skip, timeout: 300_000 }, () => {
  const janus = new Janus();
  let lab;
  let browser;
  let vera;
  let carl;

  before(async () => {
    await janus.start();
    lab = new Lab({ shareArguments: ['--janus', janus.url] });
    await lab.start();
    browser = await browse();
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
    await janus.stop();
  });

  it('moves, and its codes in the pixels agree with its stamps', async () => {
    vera = await enter(browser, lab.links.viewer, 'Vera');
    await eventually('codes are read', async () => (await figures(vera)).codes.agree > 10);
    const { codes, frames } = await figures(vera);
    assert.equal(codes.disagree, 0);
    assert.equal(frames.unstamped, 0);
  });

  it('has an age, by a clock that is asked over the socket', async () => {
    await live(vera);
    const { clock, latency } = await figures(vera);
    assert.ok(clock.exchanges >= 3);
    assert.ok(latency.xray.capturedToPresented.p50Us > 1000);
  });

  it('begins at once for who comes later: his wish for a keyframe goes all the way', async () => {
    carl = await enter(browser, lab.links.colleague, 'Carl');
    const waitedMs = await carl.evaluate(async () => {
      const until = async (so) => {
        while (!so()) await new Promise((next) => setTimeout(next, 10));
        return performance.now();
      };
      const connected = await until(() => window.scialytic.states().connections.view === 'connected');
      return (await until(() => window.scialytic.stamp() !== null)) - connected;
    });
    assert.ok(waitedMs < 1500, `${waitedMs} ms`);
  });

  it('is published once for both, and nobody has a connection of his own for it', () => {
    const children = execFileSync('ps', ['-o', 'args=', '--ppid', String(lab.processes.get('share').pid)]).toString();
    assert.equal(children.match(/share-peer publish/g)?.length, 1, children);
    assert.doesNotMatch(children, /share-peer view/);
  });

  it('goes on in another layout for who chooses one, and for him alone', async () => {
    const across = (page) => page.evaluate(() => window.scialytic.stamp().overlay.width === 0);  // nothing over the X-ray
    await carl.getByRole('button', { name: 'Layout' }).click();
    await carl.getByRole('button', { name: 'Side by side' }).click();
    await eventually('side by side', () => across(carl));
    assert.equal(await across(vera), false);
    await live(carl);
  });

  it('says so on the page when Janus is gone, is not live then, and comes back by itself', async () => {
    await janus.kill();
    await eventually('the page says why', async () => /No picture \(janus: .*does not answer/.test(await vera.locator('#notes').textContent()));
    await eventually('not live', async () => (await states(vera)).modality.xray.state !== 'live');
    await janus.start();
    for (const page of [vera, carl]) await live(page);
    assert.doesNotMatch(await vera.locator('#notes').textContent(), /No picture/);
  });

  it('leaves nothing behind in Janus', async () => {
    assert.ok(janus.ports() >= 2);
    await lab.kill('share', 'SIGTERM');
    assert.equal(janus.ports(), 0);
  });

  it('has met no error in any page', () => {
    for (const page of [vera, carl]) assert.deepEqual(page.errors, []);
  });
});
