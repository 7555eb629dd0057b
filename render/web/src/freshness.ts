// All modalities of one page, and whether the echo may be shown on the X-ray (render/freshness.hpp).
import {
  defaultLimits,
  isGone,
  longer,
  longestPeriodUs,
  ModalityFreshness,
  sourceTimeUs,
  type Limits,
  type Verdict,
} from './modality_freshness.ts';
import {
  emptyRect,
  modalities,
  type FrameHeader,
  type Modality,
  type Placing,
  type Registration,
  type Stamp,
} from './stamp.ts';

export * from './modality_freshness.ts';

export interface FusionVerdict {
  both: boolean;
  trusted: boolean; // false: the overlay has to go
  synced: boolean;
  why: string;
  skewUs: number | null; // echo minus X-ray
  boundUs: number;
  registration: Registration;
  unseenUs: number | null;
  drawnLive: boolean; // sector, probe and targets in the X-ray may be shown
}

export interface States {
  modality: Record<Modality, Verdict>;
  fusion: FusionVerdict;
}

// The partner of a pair is at most one period older than its successor, and has its own way to the server.
const skewPeriods = 1.5;
const poseAgesAfterUs = 1_000_000;
const poseLostAfterUs = 30_000_000;

const noFusion = (): FusionVerdict => ({
  both: false,
  trusted: false,
  synced: false,
  why: 'one source only',
  skewUs: null,
  boundUs: 0,
  registration: 'by hand',
  unseenUs: null,
  drawnLive: false,
});

/** All modalities of one page. */
export class Freshness {
  private readonly modalities: Record<Modality, ModalityFreshness>;
  private fusion = noFusion();
  private placing: Placing = { registration: 'by hand', seenUs: null, errorMm: 0, drawn: emptyRect, edgeOn: false };
  private syncedRun = 0;

  constructor(private readonly limits: Limits = defaultLimits) {
    this.modalities = {
      ultrasound: new ModalityFreshness(limits),
      xray: new ModalityFreshness(limits),
      camera: new ModalityFreshness(limits),
    };
  }
  /** The picture of this stamp (times already ours) is shown from now on. */
  saw(stamp: Stamp, nowUs: number): void {
    let echo: FrameHeader | null = null;
    let xray: FrameHeader | null = null;
    for (const { header } of stamp.sources) {
      this.modalities[header.modality].saw(header, nowUs);
      if (header.modality === 'ultrasound') echo = header;
      if (header.modality === 'xray') xray = header;
    }
    this.fusion = noFusion();
    this.placing = stamp.placing;
    if (echo && xray) this.pair(echo, xray);
  }
  judge(nowUs: number): States {
    const modality = {} as Record<Modality, Verdict>;
    for (const which of modalities) modality[which] = this.modalities[which].judge(nowUs);
    const fusion = { ...this.fusion };
    if (!fusion.both) return { modality, fusion };
    this.judgeRegistration(fusion, nowUs);
    const found = fusion.registration !== 'searching' && fusion.registration !== 'lost';
    const whyNot = isGone(modality.ultrasound)
      ? 'echo not live'
      : isGone(modality.xray)
        ? 'X-ray not live'
        : found
          ? null
          : 'the probe is not found in the X-ray';
    fusion.drawnLive = whyNot === null;
    fusion.trusted = fusion.synced && fusion.drawnLive;
    if (fusion.synced && whyNot !== null) fusion.why = whyNot;
    return { modality, fusion };
  }

  private pair(echo: FrameHeader, xray: FrameHeader): void {
    const { fusion, limits } = this;
    fusion.both = true;
    const echoUs = sourceTimeUs(echo);
    const xrayUs = sourceTimeUs(xray);
    const clocks = echoUs !== null && xrayUs !== null;
    if (!clocks || !xray.beamOn) {
      // without a beam the image that is held is older than its frame
      this.syncedRun = 0;
      fusion.why = clocks ? 'the beam is off' : 'clock unknown';
      return;
    }
    fusion.skewUs = echoUs - xrayUs;
    fusion.boundUs = echo.timeline.clockBoundUs + xray.timeline.clockBoundUs;
    const periodUs = Math.min(Math.max(echo.periodUs, xray.periodUs), longestPeriodUs);
    const within = Math.abs(fusion.skewUs) + fusion.boundUs <= longer(limits.skewMs, periodUs, skewPeriods);
    this.syncedRun = within ? Math.min(this.syncedRun + 1, limits.liveAgainFrames) : 0;
    fusion.synced = this.syncedRun >= limits.liveAgainFrames;
    fusion.why = fusion.synced ? 'echo and X-ray belong together' : 'skew over its limit';
  }
  private judgeRegistration(fusion: FusionVerdict, nowUs: number): void {
    fusion.registration = this.placing.registration;
    if (this.placing.seenUs !== null) fusion.unseenUs = Math.max(nowUs - this.placing.seenUs, 0);
    if (fusion.registration !== 'registered' && fusion.registration !== 'ageing') return;
    if (fusion.unseenUs === null || fusion.unseenUs > poseLostAfterUs) fusion.registration = 'lost';
    else if (fusion.unseenUs > poseAgesAfterUs) fusion.registration = 'ageing';
  }
}
