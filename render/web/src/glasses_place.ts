// Where the board hangs: behind the head with some lag, pinned in the room, or in somebody's hand. It always faces the
// wearer and never rolls. Metres, in the session's reference space; `nowMs` is passed in.
import { Matrix4, Quaternion, Vector3 } from 'three';

export { Quaternion, Vector3 }; // what heads and rays are made of
export interface Head {
  position: Vector3;
  quaternion: Quaternion;
}
export interface Ray {
  origin: Vector3;
  direction: Vector3;
}

/** About the head: azimuth from -Z to the right. A look up or down leaves the board where it is, so that the patient
 *  below stays free of it. */
interface Polar {
  azimuth: number;
  radius: number;
  height: number;
}

const first: Polar = { azimuth: 0, radius: 1.2, height: -0.08 };
const lagMs = 300;
// Within these the board stands still in the room, so that it can be read while the head moves a little.
const deadAngle = (10 * Math.PI) / 180;
const deadMetres = 0.08;
const settledAngle = (0.5 * Math.PI) / 180;
const settledMetres = 0.005;
const nearestMetres = 0.35;
const farthestMetres = 2.5;
// Of the view, across: looking straight down it has no direction.
const leastAcross = 0.3;
const up = new Vector3(0, 1, 0);

const wrapped = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

export class Place {
  readonly position = new Vector3();
  readonly quaternion = new Quaternion();
  private followsHead = true;
  private rest = first; // azimuth from where the head looks
  private at: Polar | null = null; // azimuth in the room; nothing before the first head
  private readonly anchor = new Vector3(); // the head, with lag
  private yaw = 0;
  private moving = false;
  private updatedMs = 0;
  private held: { distance: number; fromPoint: Vector3 } | null = null; // the board's middle from the point that is held, as it is turned

  get following(): boolean {
    return this.followsHead;
  }
  toggle(head: Head): void {
    this.followsHead = !this.followsHead;
    this.takeUp(head);
  }
  /** In front of the wearer, as at first: when the room's origin has moved. */
  again(): void {
    this.rest = first;
    this.at = this.held = null;
  }
  update(head: Head, nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.updatedMs);
    this.updatedMs = nowMs;
    this.look(head);
    if (!this.at) {
      this.anchor.copy(head.position);
      this.at = { ...this.rest, azimuth: this.rest.azimuth + this.yaw };
    } else if (this.held || !this.followsHead) {
      return;
    } else {
      this.follow(this.at, head, 1 - Math.exp(-passedMs / lagMs));
    }
    const { azimuth, radius, height } = this.at;
    this.position.set(Math.sin(azimuth) * radius, height, -Math.cos(azimuth) * radius).add(this.anchor);
    this.face(this.anchor);
  }

  grab(ray: Ray, point: Vector3): void {
    const fromPoint = this.position.clone().sub(point).applyQuaternion(this.quaternion.clone().invert());
    this.held = { distance: ray.origin.distanceTo(point), fromPoint };
  }
  drag(ray: Ray, head: Head): void {
    if (!this.held) return;
    const { distance, fromPoint } = this.held;
    this.position
      .copy(fromPoint)
      .applyQuaternion(this.quaternion)
      .addScaledVector(ray.direction, distance)
      .add(ray.origin);
    const away = this.position.clone().sub(head.position);
    this.position.copy(head.position).add(away.clampLength(nearestMetres, farthestMetres));
    this.face(head.position);
  }
  release(head: Head): void {
    if (!this.held) return;
    this.held = null;
    const at = this.takeUp(head);
    this.rest = { ...at, azimuth: wrapped(at.azimuth - this.yaw) };
  }

  private takeUp(head: Head): Polar {
    this.look(head);
    this.anchor.copy(head.position);
    const { x, y, z } = this.position.clone().sub(head.position);
    this.at = { azimuth: Math.atan2(x, -z), radius: Math.hypot(x, z), height: y };
    return this.at;
  }
  private look({ quaternion }: Head): void {
    const ahead = new Vector3(0, 0, -1).applyQuaternion(quaternion);
    if (Math.hypot(ahead.x, ahead.z) >= leastAcross) this.yaw = Math.atan2(ahead.x, -ahead.z);
  }
  private face(wearer: Vector3): void {
    this.quaternion.setFromRotationMatrix(new Matrix4().lookAt(wearer, this.position, up));
  }
  private follow(at: Polar, head: Head, share: number): void {
    const turn = wrapped(this.yaw + this.rest.azimuth - at.azimuth);
    const nearer = this.rest.radius - at.radius;
    const higher = this.rest.height - at.height;
    const metres = Math.max(this.anchor.distanceTo(head.position), Math.abs(nearer), Math.abs(higher));
    if (Math.abs(turn) > deadAngle || metres > deadMetres) this.moving = true;
    if (Math.abs(turn) < settledAngle && metres < settledMetres) this.moving = false;
    if (!this.moving) return;
    at.azimuth += turn * share;
    at.radius += nearer * share;
    at.height += higher * share;
    this.anchor.lerp(head.position, share);
  }
}
