// Skew and latency, in the room that the panes leave (render/panel_facts.cpp).
import { largestFree } from './free_room.ts';
import { printable } from './latency.ts';
import type { Paced } from './pacing.ts';
import { colors, type Surface } from './paint.ts';
import type { PanelView } from './panel.ts';
import { registrationColor, registrationWords } from './registration.ts';
import type { FrameHeader, Rect } from './stamp.ts';
import { figure, millimetres, titles } from './words.ts';

/** `large`: enough for a block. `covers`: no free room, a line over the lower edge of the pictures. */
export interface Room {
  where: Rect;
  large: boolean;
  covers: boolean;
}

export class Facts {
  constructor(private readonly pacing: Paced) {}

  findRoom(on: Surface, panes: Rect[]): Room {
    const canvas = { x: 0, y: 0, width: on.width, height: on.height };
    const where = largestFree(canvas, panes);
    const line = on.legible(28, 16);
    const large = where.width >= on.legible(480, 300) && where.height >= on.legible(120, 100);
    const covers = !large && (where.width < canvas.width * 0.6 || where.height < line * 0.66);
    return {
      where: covers ? { x: 0, y: canvas.height - line, width: canvas.width, height: line } : where,
      large,
      covers,
    };
  }
  draw(on: Surface, view: PanelView, room: Room): void {
    if (room.large) this.block(on, view, room.where);
    else this.line(on, view, room);
  }

  private skewWords({ states: { fusion }, nowUs }: PanelView): { words: string; us: number | null } {
    const us = this.pacing.paced('skew', fusion.skewUs, nowUs);
    return { us, words: us === null ? 'unknown' : `${us > 0 ? '+' : ''}${figure(us, fusion.boundUs)}` };
  }
  private latencyWords(view: PanelView, { modality }: FrameHeader): string {
    const latency = view.latency(modality);
    const us = latency && printable(latency.boundUs, latency.periodUs) ? latency.newestUs : null;
    return figure(this.pacing.paced(`latency ${modality}`, us, view.nowUs), latency?.boundUs ?? 0);
  }
  private block(on: Surface, view: PanelView, room: Rect): void {
    const { fusion } = view.states;
    on.fill(room, colors.ground);
    on.fill({ ...room, height: on.px(2) }, colors.edge);
    const margin = on.px(20);
    const label = on.legible(17, 9);
    const words = on.legible(26, 13);
    const left = room.x + margin;
    const right = room.x + room.width - margin;
    const middle = room.x + room.width * 0.54;
    const top = room.y + on.px(24);
    const quiet = (x: number, text: string, width: number) =>
      on.write(x, top, text, on.fitting(text, label, width), colors.quiet, 'left', false);

    quiet(left, 'SKEW  ECHO − X-RAY', middle - left - margin);
    const skew = this.skewWords(view);
    const big = fusion.both ? skew.words : 'one source';
    on.write(left, top + on.px(42), big, on.fitting(big, on.legible(40, 18), middle - left - margin), colors.ink);
    if (fusion.both && room.height >= on.px(130)) {
      const trusted = view.freeze ? view.freeze.overlayTrusted : fusion.trusted;
      const state = trusted ? 'SYNCED' : fusion.synced ? 'NOT FUSED' : 'UNSYNCED';
      const y = top + on.px(90);
      const width = on.badge(
        left,
        y,
        state,
        on.fitting(state, words, (middle - left) * 0.6),
        trusted ? colors.green : colors.amber,
      );
      const mm = skew.us === null ? '' : millimetres(skew.us);
      const x = left + width + on.px(14);
      if (mm !== '' && middle - on.px(10) - x > on.widthOf(mm, on.legible(16, 9)))
        on.write(x, y, mm, on.fitting(mm, words, middle - on.px(10) - x), colors.ink);
      const placed = registrationWords(fusion, view.stamp);
      if (placed !== '' && !view.freeze && room.height >= on.px(180))
        on.write(
          left,
          y + on.px(46),
          placed,
          on.fitting(placed, words, middle - on.px(10) - left),
          registrationColor(fusion),
        );
    }
    quiet(middle, 'CAPTURED → PRESENTED', right - middle);
    let row = top + on.px(42);
    for (const { header } of view.stamp.sources) {
      if (row > room.y + room.height - on.px(20)) break;
      const taken = on.write(middle, row, titles[header.modality], words, colors.quiet) + on.px(14);
      const latency = this.latencyWords(view, header);
      on.write(
        right,
        row,
        latency,
        on.fitting(latency, on.legible(30, 15), right - middle - taken),
        colors.ink,
        'right',
      );
      row += on.px(40);
    }
  }
  private line(on: Surface, view: PanelView, { where, covers }: Room): void {
    const { fusion } = view.states;
    const line = Math.min(where.height, on.legible(28, 16));
    const bar = { ...where, y: where.y + where.height - line, height: line };
    on.fill(bar, colors.ground, covers ? 0.75 : 1);
    const skew = this.skewWords(view);
    const mm = skew.us === null ? '' : `  ${millimetres(skew.us)}`;
    const pair = fusion.both ? `skew ${skew.words}${mm}${fusion.synced ? '   ·   ' : '  UNSYNCED   ·   '}` : '';
    const each = view.stamp.sources.map(
      ({ header }) => `${titles[header.modality]} ${this.latencyWords(view, header)}`,
    );
    const height = line * 0.66;
    const gap = on.px(12);
    const room = bar.width - 2 * gap;
    const long = `${pair}captured → presented  ${each.join('  ')}`;
    const words =
      on.widthOf(long, height) <= room
        ? long
        : `${fusion.both && !fusion.synced ? 'UNSYNCED  ' : ''}${each.join('  ')}`;
    on.write(bar.x + gap, bar.y + line / 2, words, on.fitting(words, height, room), colors.ink);
  }
}
