// What the hand does on the picture: point, draw, write, mark; by mouse, pen, finger or arrow keys.
import { paintDrawing, type Drawing, type Drawings } from './drawings.ts';
import { byId, element } from './dom.ts';
import type { Point, PointerMessage } from './messages.ts';
import type { Surface } from './paint.ts';
import type { Place } from './places.ts';
import type { Stage } from './stage.ts';
import type { Modality } from './stamp.ts';

export type Tool = 'look' | 'pointer' | 'pen' | 'arrow' | 'text' | 'mark';

const pointerPaceMs = 1000 / 30;
const leastStep = 0.003; // of the image: a stroke needs no more points than the eye sees
const keyStepPx = 12;
const longestTextBytes = 200;

export class Tools {
  tool: Tool = 'look';
  onTool: () => void = () => undefined;
  private from: Place | null = null;
  private points: Point[] = [];
  private pointedMs = 0;
  private pointing = false;
  private cursor: { x: number; y: number } | null = null;
  private writing: HTMLFormElement | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly overlay: HTMLCanvasElement,
    private readonly drawings: Drawings,
    private readonly point: (message: PointerMessage) => void,
  ) {
    overlay.addEventListener('pointerdown', (event) => {
      if (this.tool === 'look' || event.button !== 0) return;
      overlay.setPointerCapture(event.pointerId);
      this.down(event.clientX, event.clientY);
      event.preventDefault();
    });
    overlay.addEventListener('pointermove', (event) => {
      for (const one of event.getCoalescedEvents?.() ?? [event]) this.move(one.clientX, one.clientY);
    });
    overlay.addEventListener('pointerup', (event) => {
      this.up(event.clientX, event.clientY);
      if (event.pointerType === 'touch') this.pointerOff();
    });
    overlay.addEventListener('pointercancel', () => this.drop());
    overlay.addEventListener('pointerleave', () => this.pointerOff());
    overlay.addEventListener('keydown', (event) => this.key(event));
    stage.paintTool = (on) => this.paint(on);
  }

  choose(tool: Tool): void {
    this.drop();
    this.pointerOff();
    this.tool = this.tool === tool ? 'look' : tool;
    this.overlay.dataset.tool = this.tool;
    this.overlay.tabIndex = this.tool === 'look' ? -1 : 0;
    this.onTool();
  }

  /** From outside the page's own picture: the glasses. */
  pointAt(at: { modality: Modality; x: number; y: number } | null): void {
    const placed = this.stage.stamp?.sources.find(({ header }) => header.modality === at?.modality);
    this.pointTo(at && placed ? { ...at, sequence: placed.header.sequence } : null);
  }

  private pointTo(place: Place | null): void {
    const nowMs = performance.now();
    if (!place) return this.pointerOff();
    if (nowMs - this.pointedMs < pointerPaceMs) return;
    this.pointedMs = nowMs;
    this.pointing = true;
    this.point({ type: 'pointer', ...place });
  }
  private down(x: number, y: number): void {
    const place = this.stage.placeAt(x, y);
    if (!place) return;
    this.from = place;
    this.points = [[place.x, place.y]];
    if (this.tool === 'pointer') this.move(x, y);
    if (this.tool === 'mark') this.finish([[place.x, place.y]], 'cross');
    if (this.tool === 'text') this.write(x, y, place);
  }
  private move(x: number, y: number): void {
    const place = this.stage.placeAt(x, y);
    if (this.tool === 'pointer') return this.pointTo(place);
    if (!this.from || place?.modality !== this.from.modality) return;
    const last = this.points.at(-1);
    if (this.tool === 'arrow') this.points = [this.points[0] ?? [place.x, place.y], [place.x, place.y]];
    else if (this.tool === 'pen' && (!last || Math.hypot(place.x - last[0], place.y - last[1]) >= leastStep))
      this.points.push([place.x, place.y]);
    this.stage.repaint();
  }
  private up(x: number, y: number): void {
    if (!this.from) return;
    this.move(x, y);
    const { points } = this;
    const [first, last] = [points[0], points.at(-1)];
    const far = first && last && Math.hypot(last[0] - first[0], last[1] - first[1]) > 2 * leastStep;
    if (this.tool === 'pen' && points.length > 1) this.finish(points, 'stroke');
    else if (this.tool === 'arrow' && far) this.finish([first, last], 'arrow');
    else if (this.tool !== 'text') this.drop();
  }
  private finish(points: Point[], kind: Drawing['kind'], text = ''): void {
    if (this.from)
      this.drawings.add(
        { kind, modality: this.from.modality, points, text },
        this.from.sequence,
        performance.now() * 1000,
      );
    this.drop();
  }
  private drop(): void {
    this.from = null;
    this.points = [];
    this.writing?.remove();
    this.writing = null;
    this.stage.repaint();
  }
  private pointerOff(): void {
    if (this.pointing) this.point({ type: 'pointer', off: true });
    this.pointing = false;
  }
  private write(x: number, y: number, place: Place): void {
    this.writing?.remove();
    const picture = byId('picture');
    const box = picture.getBoundingClientRect();
    const input = element('input', {
      type: 'text',
      maxlength: '60',
      'aria-label': 'Text on the picture',
      placeholder: 'Text, then Enter',
      autocomplete: 'off',
    });
    const form = element(
      'form',
      {
        class: 'writing',
        onsubmit: (event: Event) => {
          event.preventDefault();
          const text = input.value.trim();
          if (text === '') return this.drop();
          if (new TextEncoder().encode(text).length <= longestTextBytes)
            this.finish([[place.x, place.y]], 'text', text);
        },
      },
      input,
    );
    form.style.left = `${Math.min(x - box.left, box.width - 240)}px`;
    form.style.top = `${Math.min(y - box.top, box.height - 52)}px`;
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      this.drop();
      this.overlay.focus();
    });
    this.writing = form;
    picture.append(form);
    setTimeout(() => input.focus());
  }
  /** Arrow keys move a cross; Enter presses there, and lets go where a stroke or an arrow ends. */
  private key(event: KeyboardEvent): void {
    if (this.tool === 'look') return;
    const box = this.overlay.getBoundingClientRect();
    const cursor = (this.cursor ??= { x: box.left + box.width / 3, y: box.top + box.height / 2 });
    const step = event.shiftKey ? 2 : keyStepPx;
    if (event.key === 'ArrowLeft') cursor.x -= step;
    else if (event.key === 'ArrowRight') cursor.x += step;
    else if (event.key === 'ArrowUp') cursor.y -= step;
    else if (event.key === 'ArrowDown') cursor.y += step;
    else if (event.key === 'Escape') return this.choose(this.tool);
    else if (event.key === 'Enter' || event.key === ' ') {
      if (this.from) this.up(cursor.x, cursor.y);
      else this.down(cursor.x, cursor.y);
    } else return;
    event.preventDefault();
    if (event.key.startsWith('Arrow')) this.move(cursor.x, cursor.y);
    this.stage.repaint();
  }
  private paint(on: Surface): void {
    const image = this.from && this.stage.imageOf(this.from.modality);
    if (this.from && image && this.points.length > 1)
      paintDrawing(
        on,
        {
          kind: this.tool === 'arrow' ? 'arrow' : 'stroke',
          modality: this.from.modality,
          points: this.points,
          text: '',
        },
        image,
        this.stage.color,
      );
    if (!this.cursor || document.activeElement !== this.overlay || this.tool === 'look') return;
    const box = this.overlay.getBoundingClientRect();
    const scale = this.overlay.width / Math.max(1, box.width);
    const whole = { x: 0, y: 0, width: on.width, height: on.height };
    const at: Point = [
      ((this.cursor.x - box.left) * scale) / on.width,
      ((this.cursor.y - box.top) * scale) / on.height,
    ];
    paintDrawing(on, { kind: 'cross', modality: 'xray', points: [at], text: '' }, whole, this.stage.color);
  }
}
