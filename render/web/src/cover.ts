// Pictures that stand for the picture: nothing has come yet, or its age cannot be read (render/panel_cover.cpp).
import { colors, type Surface } from './paint.ts';

export function drawCover(on: Surface, big: string, small: string, third: string, color: string): void {
  const middle = on.width / 2;
  const center = on.height / 2;
  const room = on.width * 0.9;
  on.fill({ x: 0, y: 0, width: on.width, height: on.height }, colors.ground);
  on.write(middle, center - on.px(70), big, on.fitting(big, on.legible(68, 28), room), color, 'center');
  on.write(middle, center + on.px(20), small, on.fitting(small, on.legible(44, 18), room), colors.ink, 'center');
  on.write(
    middle,
    center + on.px(90),
    third,
    on.fitting(third, on.legible(26, 13), room),
    colors.quiet,
    'center',
    false,
  );
}

/** The picture is there, and nobody can say from when it is. It is never called live. */
export function drawAgeUnknown(on: Surface, why: string): void {
  const whole = { x: 0, y: 0, width: on.width, height: on.height };
  const bar = { ...whole, height: on.legible(84, 44) };
  on.fill(bar, colors.ground, 0.85);
  const words = `AGE UNKNOWN: ${why}`;
  on.write(
    on.width / 2,
    bar.height / 2,
    words,
    on.fitting(words, on.legible(44, 20), on.width * 0.92),
    colors.amber,
    'center',
  );
  on.frame(whole, colors.amber, on.px(6));
}
