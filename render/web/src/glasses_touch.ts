// What hands do on the board: press a button, point and draw on the picture, take the board somewhere else, stretch it.
import type { Board, Hit } from './glasses_board.ts';
import type { Button, Modes } from './glasses_buttons.ts';
import type { GlassesSession } from './glasses.ts';
import type { Hand, Touch } from './glasses_hands.ts';
import type { Spot } from './glasses_picture.ts';
import type { Head, Place } from './glasses_place.ts';

const step = 1.15; // of − and +

export class BoardTouch implements Touch {
  head: Head | null = null;
  private drawing = false;
  private pressed: { hand: Hand; button: Button } | null = null;
  private pen: Hand | null = null;
  private carrier: Hand | null = null;
  private stretch: { hand: Hand; apart: number; width: number } | null = null;
  private leader: Hand | null = null; // the hand that points: the one that did something last
  private spot: Spot | null = null; // where it points in this frame
  private pointing = false;
  private hovered: Button | null = null;

  constructor(
    private readonly session: GlassesSession,
    private readonly board: Board,
    private readonly place: Place,
    private readonly exit: () => void,
  ) {}

  get modes(): Modes {
    return { following: this.place.following, drawing: this.drawing, mayDraw: this.session.mayDraw };
  }
  get carrying(): boolean {
    return this.carrier !== null;
  }
  start(hand: Hand): void {
    const hit = this.hitOf(hand);
    this.leader = hand;
    if (this.carrier?.ray && hand.ray && hand !== this.carrier) {
      this.stretch = { hand, apart: hand.ray.origin.distanceTo(this.carrier.ray.origin), width: this.board.width };
      return;
    }
    if (!hit || !hand.ray) return;
    const button = this.buttonAt(hit);
    const spot = this.spotAt(hit);
    if (hit.part === 'buttons') {
      if (button) this.pressed = { hand, button };
    } else if (this.drawing && hit.part === 'picture') {
      if (spot && !this.pen) this.pen = hand;
      if (spot) this.draw(hand, spot);
    } else {
      this.carrier = hand;
      this.place.grab(hand.ray, hit.point);
    }
  }
  move(hand: Hand): number | null {
    if (this.carrier === hand && hand.ray && this.head) this.place.drag(hand.ray, this.head);
    if (this.stretch?.hand === hand && hand.ray && this.carrier?.ray)
      this.board.resize(
        this.stretch.width * (hand.ray.origin.distanceTo(this.carrier.ray.origin) / Math.max(0.05, this.stretch.apart)),
      );
    const hit = this.hitOf(hand);
    this.hovered = (hit && this.buttonAt(hit)) ?? this.hovered;
    const spot = hit && this.spotAt(hit);
    if (spot) this.draw(hand, spot);
    if (spot && (!this.spot || hand === this.leader)) this.spot = spot;
    return hit?.distance ?? null;
  }
  /** After all hands of a frame have moved. */
  moved(): void {
    const spot = this.session.mayDraw && !this.carrier ? this.spot : null;
    if (spot || this.pointing) this.session.point(spot && { modality: spot.modality, x: spot.x, y: spot.y });
    this.pointing = spot !== null;
    this.board.buttons.update(this.modes, this.hovered);
    this.spot = this.hovered = null;
  }
  end(hand: Hand): void {
    if (this.stretch?.hand === hand) this.stretch = null;
    if (this.pen === hand) {
      this.pen = null;
      this.board.picture.lift();
    }
    if (this.carrier === hand) {
      this.carrier = this.stretch = null;
      if (this.head) this.place.release(this.head);
    }
    if (this.pressed?.hand !== hand) return;
    const { button } = this.pressed;
    this.pressed = null;
    const hit = this.hitOf(hand);
    if (hit && this.buttonAt(hit) === button) this.press(button); // whoever slips off did not mean it
  }

  private press(button: Button): void {
    if (button === 'pin' && this.head) this.place.toggle(this.head);
    if (button === 'smaller') this.board.resize(this.board.width / step);
    if (button === 'larger') this.board.resize(this.board.width * step);
    if (button === 'draw') this.drawing = !this.drawing;
    if (button === 'exit') this.exit();
  }
  private draw(hand: Hand, spot: Spot): void {
    if (this.pen === hand) this.board.picture.draw(spot);
  }
  private hitOf(hand: Hand): Hit | null {
    return hand.ray && this.board.meet(hand.ray);
  }
  private buttonAt({ part, across }: Hit): Button | null {
    return part === 'buttons' ? this.board.buttons.at(across) : null;
  }
  private spotAt({ part, across, down }: Hit): Spot | null {
    return part === 'picture' ? this.board.picture.spotAt(across, down) : null;
  }
}
