// What the page draws on the picture by itself, as the operating room's displays do (render/panel.cpp): names, states,
// ages, the moving tick. The server never draws them: only who shows a picture knows how old it is.
import { Facts } from './facts.ts';
import type { States } from './freshness.ts';
import { isGone, sourceTimeUs, stateNames } from './modality_freshness.ts';
import { printable } from './latency.ts';
import { Paced } from './pacing.ts';
import { Surface, colors, stateColors } from './paint.ts';
import { registrationColor, registrationIsGood, registrationWords } from './registration.ts';
import { isEmpty, type Modality, type Placed, type Rect, type Stamp } from './stamp.ts';
import { clockTime, duration, figure, millimetres, seconds, titles } from './words.ts';

/** This page's user holds a picture; the stamp is then the held one's. */
export interface Freeze {
  sinceUs: number;
  overlayTrusted: boolean;
}

export interface PanelView {
  stamp: Stamp; // times are this page's
  states: States; // of what arrives now, also while frozen
  /** Newest known captured to presented. */
  latency: (modality: Modality) => { newestUs: number | null; boundUs: number; periodUs: number } | null;
  freeze: Freeze | null;
  nowUs: number;
  wallClock: Date;
}

export class Panel {
  private readonly pacing = new Paced();
  private readonly facts = new Facts(this.pacing);

  draw(on: Surface, view: PanelView): void {
    const { stamp } = view;
    const scaleX = on.width / Math.max(1, stamp.canvas.width);
    const scaleY = on.height / Math.max(1, stamp.canvas.height);
    /** On this surface, the part that is on the canvas: a stamp comes from outside. */
    const visible = ({ x, y, width, height }: Rect): Rect => {
      const left = Math.min(x * scaleX, on.width);
      const top = Math.min(y * scaleY, on.height);
      return {
        x: left,
        y: top,
        width: Math.min((x + width) * scaleX, on.width) - left,
        height: Math.min((y + height) * scaleY, on.height) - top,
      };
    };
    const panes = stamp.sources.map(({ pane }) => visible(pane)).filter((pane) => !isEmpty(pane));
    const room = this.facts.findRoom(on, panes);
    this.overlay(on, view, visible);
    for (const placed of stamp.sources) {
      const image = visible(placed.image);
      if (room.covers) image.height = Math.max(0, Math.min(room.where.y - image.y, image.height));
      this.pane(on, view, placed, visible(placed.pane), image, room.large);
    }
    this.facts.draw(on, view, room);
  }

  /** When fusion is not trusted the blended area is covered, until a stamp says that the server took it away. */
  private overlay(on: Surface, view: PanelView, visible: (where: Rect) => Rect): void {
    const {
      stamp,
      states: { fusion, modality },
      freeze,
    } = view;
    const trusted = freeze ? freeze.overlayTrusted : fusion.trusted;
    const live = freeze ? freeze.overlayTrusted : fusion.drawnLive;
    let area = trusted ? { x: 0, y: 0, width: 0, height: 0 } : visible(stamp.overlay);
    if (isEmpty(area) && !live) area = visible(stamp.placing.drawn);
    if (isEmpty(area)) return;
    on.fill(area, colors.ground);
    if (!freeze && isGone(modality.xray)) return; // its pane says enough
    on.notice(area, 'OVERLAY HIDDEN', freeze ? 'not live when frozen' : fusion.why, colors.amber);
    on.frame(area, colors.amber, on.px(2));
  }
  private pane(on: Surface, view: PanelView, placed: Placed, whole: Rect, image: Rect, largeFacts: boolean): void {
    if (isEmpty(whole)) return;
    const usual = on.legible(48, 26);
    const above = image.y - whole.y;
    // A pane without a title bar of its own gives the upper edge of its image; one that is too low for the eye, too.
    const bar = {
      ...whole,
      height: Math.min(Math.max(above >= on.px(24) ? above : usual, on.legible(0, 26)), whole.height),
    };
    if (!isEmpty(image)) sayState(on, view, placed, image);
    this.titleBar(on, view, placed, bar, image, largeFacts);
  }
  private titleBar(
    on: Surface,
    view: PanelView,
    { header }: Placed,
    bar: Rect,
    image: Rect,
    largeFacts: boolean,
  ): void {
    const { states, freeze, nowUs } = view;
    const verdict = states.modality[header.modality];
    const color = freeze ? colors.blue : stateColors[verdict.state];
    // Of *this* picture, whatever arrives meanwhile; of an image that is held or does not change, its true age.
    let sourceUs = sourceTimeUs(header);
    if (!freeze && verdict.ageUs === null) sourceUs = null;
    if (!freeze && verdict.state === 'xray_off' && verdict.sinceBeamUs !== null) sourceUs = nowUs - verdict.sinceBeamUs;
    if (!freeze && verdict.state === 'still' && verdict.unchangedUs !== null) sourceUs = nowUs - verdict.unchangedUs;
    const { clockBoundUs } = header.timeline;
    const known = sourceUs !== null && sourceUs <= nowUs && printable(clockBoundUs, header.periodUs);
    const ageUs = this.pacing.paced(
      `age ${header.modality}`,
      known && sourceUs !== null ? nowUs - sourceUs : null,
      nowUs,
    );

    on.fill(bar, colors.bar);
    const middle = bar.y + bar.height / 2;
    const state = freeze ? 'FROZEN' : stateNames[verdict.state];
    const who = titles[header.modality];
    const ageWords = figure(ageUs, clockBoundUs);
    const inMm = !freeze && verdict.state === 'late' && ageUs !== null;
    const mmWords = inMm ? millimetres(ageUs) : '';

    // The state keeps its size. In a narrow pane the rest becomes smaller; then mm, tick, age and name go, in this order.
    const words = Math.min(on.legible(28, 14), bar.height * 0.6);
    const badgeRoom = bar.width - on.badgeWidth(state, words);
    let gap = 0,
      nameHeight = 0,
      digits = 0,
      radius = 0;
    for (const share of [1, 0.85, 0.7, 0.6]) {
      gap = Math.round(on.legible(12, 6) * share);
      nameHeight = Math.round(words * share);
      digits = Math.round(Math.min(on.legible(36, 18), bar.height * 0.75) * share);
      radius = words * 0.6 * share;
      if (5 * gap + on.widthOf(who, nameHeight) + on.widthOf(ageWords, digits) + 2 * radius <= badgeRoom) break;
    }
    let left = badgeRoom - 2 * gap;
    const takes = (width: number): boolean => {
      const fits = width + gap <= left;
      if (fits) left -= width + gap;
      return fits;
    };
    const hasName = takes(on.widthOf(who, nameHeight));
    const hasAge = takes(on.widthOf(ageWords, digits));
    const hasDial = takes(2 * radius);
    const hasMm = inMm && takes(on.widthOf(mmWords, nameHeight));

    let x = bar.x + gap;
    if (hasDial) {
      on.dial(x + radius, middle, radius, sourceUs, color);
      x += 2 * radius + gap;
    }
    if (hasName) x += on.write(x, middle, who, nameHeight, colors.ink) + gap;
    x += on.badge(x, middle, state, words, color) + gap;
    let right = bar.x + bar.width - gap;
    if (hasMm) right -= on.write(right, middle, mmWords, nameHeight, colors.amber, 'right') + gap;
    if (hasAge) right -= on.write(right, middle, ageWords, digits, colors.ink, 'right') + gap;
    if (inMm && !hasMm && !isEmpty(image)) on.chip(image, `${ageWords}  ·  ${mmWords}`, color);
    if (!freeze) {
      if (header.modality === 'xray') sayRegistration(on, view, x, right, middle, image, largeFacts);
      return;
    }
    const meanwhile = `now ${stateNames[verdict.state]}`;
    const small = on.legible(20, 11);
    if (right - x >= on.widthOf(meanwhile, small, false))
      on.write(right, middle, meanwhile, small, stateColors[verdict.state], 'right', false);
  }
}

/** In the room of the X-ray's title bar; what is not good on the image when there is none. */
function sayRegistration(
  on: Surface,
  { stamp, states }: PanelView,
  left: number,
  right: number,
  middle: number,
  image: Rect,
  largeFacts: boolean,
): void {
  const words = registrationWords(states.fusion, stamp);
  if (words === '' || isEmpty(image) || isGone(states.modality.xray)) return;
  const color = registrationColor(states.fusion);
  const height = on.fitting(words, on.legible(20, 11), right - left - on.px(16));
  if (height >= on.legible(15, 9)) on.write(left + on.px(8), middle, words, height, color);
  else if (!registrationIsGood(states.fusion) && !largeFacts && states.modality.xray.state !== 'xray_off')
    on.chip(image, words, color);
}

function sayState(on: Surface, view: PanelView, { header }: Placed, image: Rect): void {
  const { states, freeze, nowUs, wallClock } = view;
  const verdict = states.modality[header.modality];
  const thick = on.px(4);
  const wallTime = (agoUs: number) => clockTime(new Date(wallClock.getTime() - agoUs / 1000));
  if (freeze) {
    const heldUs = nowUs - freeze.sinceUs;
    on.chip(image, `FROZEN ${wallTime(heldUs)}  ·  ${seconds(heldUs)} ago`, colors.blue);
    on.frame(image, colors.blue, thick);
    return;
  }
  switch (verdict.state) {
    case 'live':
      if (header.degraded) on.chip(image, 'REDUCED PICTURE  ·  the link carries no more', colors.amber);
      return;
    case 'late':
      on.frame(image, colors.amber, thick);
      return;
    case 'still':
      on.chip(image, `STILL PICTURE  ·  ${duration(verdict.unchangedUs)}`, colors.amber);
      on.frame(image, colors.amber, thick);
      return;
    case 'xray_off':
      on.dim(image, 0.6);
      on.chip(
        image,
        verdict.sinceBeamUs === null ? 'X-RAY OFF' : `X-RAY OFF  ·  last image ${seconds(verdict.sinceBeamUs)} ago`,
        colors.steel,
      );
      return;
    case 'stale':
      on.dim(image, 0.45);
      on.hatch(image, colors.orange, 0.3);
      on.notice(
        image,
        `NOT LIVE  ${verdict.ageUs === null ? 'age unknown' : seconds(verdict.ageUs)}`,
        '',
        colors.orange,
      );
      on.frame(image, colors.orange, thick);
      return;
    case 'lost': {
      const { silentUs } = verdict;
      on.fill(image, colors.ground);
      on.notice(
        image,
        'NO SIGNAL',
        silentUs === null ? '' : `for ${seconds(silentUs)}  ·  since ${wallTime(silentUs)}`,
        colors.grey,
      );
      on.frame(image, colors.edge, on.px(2));
    }
  }
}
