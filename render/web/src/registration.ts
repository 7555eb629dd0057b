// Where the echo stands in the X-ray, and whether one may believe it (render/panel_registration.cpp).
import type { FusionVerdict } from './freshness.ts';
import { colors } from './paint.ts';
import { isEmpty, type Stamp } from './stamp.ts';
import { seconds } from './words.ts';

export function registrationWords(fusion: FusionVerdict, stamp: Stamp): string {
  const { placing } = stamp;
  if (!fusion.both) return '';
  switch (fusion.registration) {
    case 'by hand':
      return isEmpty(stamp.overlay) ? '' : 'PLACED BY HAND';
    case 'searching':
      return 'SEARCHING PROBE';
    case 'lost':
      return 'PROBE LOST';
    case 'ageing':
      return fusion.unseenUs === null ? 'POSE AGEING' : `POSE AGEING ${seconds(fusion.unseenUs)}`;
    case 'registered':
      break;
  }
  const words = placing.edgeOn ? 'EDGE-ON' : 'REGISTERED';
  return placing.errorMm > 0 ? `${words} ± ${placing.errorMm.toFixed(1)} mm` : words;
}

export function registrationColor(fusion: FusionVerdict): string {
  if (fusion.registration === 'registered') return colors.green;
  return fusion.registration === 'by hand' ? colors.steel : colors.amber;
}

export const registrationIsGood = (fusion: FusionVerdict): boolean =>
  fusion.registration === 'registered' || fusion.registration === 'by hand';
