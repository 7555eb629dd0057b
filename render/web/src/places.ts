// Where things are: on the canvas, and in a source's own image.
import { isEmpty, type Modality, type Rect, type Stamp } from './stamp.ts';

/** A place in a source's own image, in shares, and the frame it was seen on. */
export interface Place {
  modality: Modality;
  sequence: number;
  x: number;
  y: number;
}

/** What lies at that share of the canvas: of images that lie over each other the smallest, which is the uppermost. */
export function placeAt({ canvas, sources }: Stamp, shareX: number, shareY: number): Place | null {
  const [x, y] = [shareX * canvas.width, shareY * canvas.height];
  const inside = (rect: Rect) => x >= rect.x && y >= rect.y && x <= rect.x + rect.width && y <= rect.y + rect.height;
  const under = sources
    .filter(({ image }) => !isEmpty(image) && inside(image))
    .sort((a, b) => a.image.width - b.image.width)[0];
  if (!under) return null;
  const { image, header } = under;
  return {
    modality: header.modality,
    sequence: header.sequence,
    x: (x - image.x) / image.width,
    y: (y - image.y) / image.height,
  };
}

/** A modality's image, scaled. */
export function imageOf({ sources }: Stamp, modality: Modality, scale: number): Rect | null {
  const placed = sources.find(({ header, image }) => header.modality === modality && !isEmpty(image));
  if (!placed) return null;
  const { x, y, width, height } = placed.image;
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}
