// The row of buttons: what they are called, where they are, and how they look.
import { colors, type Surface } from './paint.ts';
import { Sheet } from './glasses_sheet.ts';

export type Button = 'pin' | 'smaller' | 'larger' | 'draw' | 'exit';
export interface Modes {
  following: boolean;
  drawing: boolean;
  mayDraw: boolean;
}

interface Face {
  button: Button;
  widthMm: number;
  words: string;
  below: string;
  on: boolean;
}

const gapMm = 12;
const heightMm = 84;

function faces({ following, drawing, mayDraw }: Modes): Face[] {
  const row: Face[] = [
    {
      button: 'pin',
      widthMm: 262,
      words: following ? 'FOLLOWING' : 'PINNED',
      below: following ? 'press to PIN' : 'press to FOLLOW',
      on: !following,
    },
    { button: 'smaller', widthMm: 84, words: '−', below: 'smaller', on: false },
    { button: 'larger', widthMm: 84, words: '+', below: 'larger', on: false },
  ];
  if (mayDraw)
    row.push({
      button: 'draw',
      widthMm: 262,
      words: drawing ? 'DRAWING' : 'POINTING',
      below: drawing ? 'press to POINT' : 'press to DRAW',
      on: drawing,
    });
  row.push({ button: 'exit', widthMm: 160, words: 'EXIT', below: 'leave AR', on: false });
  return row;
}
const widthOf = (row: Face[]): number => row.reduce((sum, { widthMm }) => sum + widthMm + gapMm, -gapMm);

export class Buttons {
  readonly sheet: Sheet;
  private shown = '';

  constructor(private modes: Modes) {
    this.sheet = new Sheet(widthOf(faces(modes)), heightMm);
  }
  update(modes: Modes, hovered: Button | null): void {
    this.modes = modes;
    const shown = JSON.stringify([modes, hovered]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.sheet.paint((on) => this.each((face, x) => paintFace(on, face, x, face.button === hovered)));
  }
  /** The button at that share of the row's width. */
  at(across: number): Button | null {
    const mm = across * this.sheet.widthMm;
    let under: Button | null = null;
    this.each(({ button, widthMm }, x) => {
      if (mm >= x && mm <= x + widthMm) under = button;
    });
    return under;
  }

  private each(visit: (face: Face, x: number) => void): void {
    let x = 0;
    for (const face of faces(this.modes)) {
      visit(face, x);
      x += face.widthMm + gapMm;
    }
  }
}

function paintFace(surface: Surface, { widthMm, words, below, on: chosen }: Face, x: number, hovered: boolean): void {
  const { on } = surface;
  on.fillStyle = chosen ? colors.blue : colors.bar;
  on.strokeStyle = hovered ? colors.ink : chosen ? colors.blue : colors.quiet;
  on.lineWidth = hovered ? 6 : 3;
  on.beginPath();
  on.roundRect(x + 3, 3, widthMm - 6, heightMm - 6, 14);
  on.fill();
  on.stroke();
  const ink = chosen ? colors.darkInk : colors.ink;
  const middle = x + widthMm / 2;
  const sign = words.length === 1;
  surface.write(middle, sign ? 31 : 33, words, surface.fitting(words, sign ? 58 : 38, widthMm - 24), ink, 'center');
  surface.write(middle, 65, below, 18, ink, 'center', false);
}
