// Where the board hangs, on a clock that is stepped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Place, Quaternion, Vector3, type Head } from '../../render/web/src/glasses_place.ts';

const frameMs = 14;
const degrees = Math.PI / 180;
/** Standing there, turned to the left by that, and looking up by that. */
function head(yaw: number, at = [0, 1.6, 0], pitch = 0): Head {
  const turned = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), yaw * degrees);
  return {
    position: new Vector3(...at),
    quaternion: turned.multiply(new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), pitch * degrees)),
  };
}
class Wearer {
  readonly place = new Place();
  private nowMs = 0;
  wear(worn: Head, ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += frameMs) this.place.update(worn, this.nowMs);
  }
  /** Of the board, to the left of where somebody who has not turned looks. */
  get azimuth(): number {
    return Math.atan2(-this.place.position.x, -this.place.position.z) / degrees;
  }
  /** Between the way the board faces and the way to that head. */
  facing(worn: Head): number {
    const normal = new Vector3(0, 0, 1).applyQuaternion(this.place.quaternion);
    return normal.angleTo(worn.position.clone().sub(this.place.position)) / degrees;
  }
}
const ray = (x: number, y: number, z: number) => ({
  origin: new Vector3(0.2, 1.2, -0.2),
  direction: new Vector3(x, y, z).normalize(),
});

test('it begins before the wearer, below the eyes, facing them', () => {
  const wearer = new Wearer();
  wearer.wear(head(50), frameMs);
  assert.ok(Math.abs(wearer.azimuth - 50) < 0.01);
  assert.ok(wearer.place.position.y > 1.4 && wearer.place.position.y < 1.6);
  assert.ok(wearer.facing(head(50)) < 0.01);
});
test('it stands still while the head moves a little, and follows with a lag when it turns away', () => {
  const wearer = new Wearer();
  wearer.wear(head(0), 100);
  wearer.wear(head(8), 1000);
  assert.ok(Math.abs(wearer.azimuth) < 1e-9);
  wearer.wear(head(40), 100);
  assert.ok(wearer.azimuth > 5 && wearer.azimuth < 20, `${wearer.azimuth}`);
  wearer.wear(head(40), 2000);
  assert.ok(Math.abs(wearer.azimuth - 40) < 0.6);
});
test('it takes the short way round', () => {
  const wearer = new Wearer();
  wearer.wear(head(170), 100);
  wearer.wear(head(-170), 150);
  assert.ok(Math.abs(wearer.azimuth) > 170);
});
test('a look down at the patient leaves it where it is', () => {
  const wearer = new Wearer();
  wearer.wear(head(0), 100);
  for (const pitch of [-60, -89, -95]) wearer.wear(head(0, [0, 1.6, 0], pitch), 500);
  assert.ok(Math.abs(wearer.azimuth) < 0.01);
});
test('pinned it stays in the room, whoever walks and turns; following again it comes along', () => {
  const wearer = new Wearer();
  wearer.wear(head(0), 100);
  wearer.place.toggle(head(0));
  const before = wearer.place.position.clone();
  wearer.wear(head(120, [1, 1.6, 1]), 2000);
  assert.ok(wearer.place.position.equals(before));
  wearer.place.toggle(head(120, [1, 1.6, 1]));
  assert.ok(wearer.place.position.distanceTo(before) < 1e-6);
  wearer.wear(head(120, [1, 1.6, 1]), 4000);
  assert.ok(Math.abs(wearer.place.position.distanceTo(new Vector3(1, 1.6, 1)) - 1.2) < 0.02);
});
test('held it follows the ray at its distance and turns to the wearer; let go, it keeps its place before them', () => {
  const wearer = new Wearer();
  wearer.wear(head(0), 100);
  const start = wearer.place.position.clone();
  const held = {
    origin: new Vector3(0.2, 1.2, -0.2),
    direction: start
      .clone()
      .sub(new Vector3(0.2, 1.2, -0.2))
      .normalize(),
  };
  wearer.place.grab(held, start);
  wearer.place.drag(held, head(0));
  assert.ok(wearer.place.position.distanceTo(start) < 1e-6);
  for (let i = 0; i < 5; ++i) wearer.place.drag(ray(-1, 0.3, -0.6), head(0));
  assert.ok(Math.abs(wearer.place.position.distanceTo(held.origin) - start.distanceTo(held.origin)) < 0.01);
  assert.ok(wearer.facing(head(0)) < 0.5);
  const dragged = wearer.azimuth;
  wearer.place.release(head(0));
  wearer.wear(head(0), 1000);
  assert.ok(Math.abs(wearer.azimuth - dragged) < 0.5);
  wearer.wear(head(-60), 3000);
  assert.ok(Math.abs(wearer.azimuth - (dragged - 60)) < 1);
});
test('nobody can lose it in the distance or take it into the eyes', () => {
  const wearer = new Wearer();
  wearer.wear(head(0), 100);
  const far = { origin: new Vector3(0, 1.6, 5), direction: new Vector3(0, 0, -1) };
  wearer.place.grab(far, wearer.place.position.clone());
  wearer.place.drag({ ...far, origin: new Vector3(0, 1.6, -9) }, head(0));
  assert.ok(wearer.place.position.distanceTo(head(0).position) <= 2.501);
  wearer.place.drag({ ...far, origin: new Vector3(0, 1.6, 6.1) }, head(0));
  assert.ok(wearer.place.position.distanceTo(head(0).position) >= 0.349);
});
