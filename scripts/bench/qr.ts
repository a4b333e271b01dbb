import { randomBytes } from 'node:crypto';
import { generateProvinceKey, importSigningKey, packPresentation, parseProvinceCode, signAttestation } from '@health-code/attestation';
import type { Figure } from './figure.js';
import { createRandom, photograph, type Colour, type QrModules, type View } from './qr-camera.js';
import { CORRECTION_LEVELS, DECODERS, encode, type CorrectionLevel } from './qr-decoders.js';

/** Pictures of each cell, unless said otherwise: of so few a rate is good to some 18 points (95 %), at its worst. The published figures are of 200. */
export const QR_PICTURES = 30;
const DAY = 86_400;
/** Each random reference and salt gives another code. */
const SAMPLES = 8;

const BLACK: Colour = [0, 0, 0];
const WHITE: Colour = [255, 255, 255];

/** A code that fills the hand of somebody in a hurry: three pixels a module, a little blurred, in a badly lit hall. */
const USUAL: View = { pixels: 3, blur: 0.8, contrast: 0.6, rotation: 5, spots: 0, colours: { dark: BLACK, light: WHITE } };
/** The same in worse light, where colours show what they cost. */
const DIM: View = { ...USUAL, contrast: 0.3 };

/** What is looked at one by one, all else as usual. */
const AXES = { pixels: [1.5, 2, 2.5, 3], blur: [1.2, 1.6, 2], contrast: [0.3, 0.15, 0.08], rotation: [15, 30, 45] } as const;
/** Pixels from edge to edge of the code without its quiet zone, the same for a code of few modules and of many. */
const WIDTHS = [100, 140, 180, 240, 320] as const;
const LEVEL_WIDTHS = [120, 150, 180] as const;
const SPOTS = [3, 6, 10] as const;

/** A status colour by what carries it: the modules, a dark shade in the modules, the ground, or a pale ground. */
const SCHEMES: Readonly<Record<string, readonly [dark: Colour, light: Colour]>> = {
  'black-on-white': [BLACK, WHITE],
  'green-on-white': [[0, 166, 81], WHITE],
  'yellow-on-white': [[255, 212, 0], WHITE],
  'red-on-white': [[215, 25, 28], WHITE],
  'dark-green-on-white': [[0, 99, 46], WHITE],
  'dark-yellow-on-white': [[122, 92, 0], WHITE],
  'dark-red-on-white': [[142, 15, 18], WHITE],
  'black-on-green': [BLACK, [47, 180, 87]],
  'black-on-yellow': [BLACK, [255, 212, 0]],
  'black-on-red': [BLACK, [229, 72, 77]],
  'black-on-pale-green': [BLACK, [183, 239, 197]],
  'black-on-pale-yellow': [BLACK, [255, 233, 122]],
  'black-on-pale-red': [BLACK, [255, 194, 191]],
  'black-on-paler-green': [BLACK, [212, 245, 220]],
  'black-on-paler-yellow': [BLACK, [255, 240, 166]],
  'black-on-paler-red': [BLACK, [255, 218, 215]],
};

interface Sample {
  readonly text: string;
  readonly modules: QrModules;
}

/** What a person of a province in direct mode shows, each with other random parts. */
async function texts(): Promise<Readonly<Record<'compact' | 'sd-jwt' | 'online', readonly string[]>>> {
  const { privateJwk } = await generateProvinceKey('sig');
  const key = await importSigningKey(privateJwk);
  const issuer = parseProvinceCode('370000');
  const now = Math.floor(Date.now() / 1000);
  const claims = (sequence: number) => ({
    issuer, subject: `1.${randomBytes(32).toString('base64url')}`, sequence, issuedAt: now, expiresAt: now + DAY, kind: 'health-status', status: '00', since: now,
    reason: 'REASON_NOT_STATED', rule: { id: `${issuer}-declared-well`, version: '1' }, authority: issuer, evidence: 'self-declared', original: { system: 'shandong-national-code', field: 'status', value: '00' },
  } as const);
  const signed = await Promise.all(Array.from({ length: SAMPLES }, (_, at) => signAttestation(claims(4000 + at), { maskedName: '测**' }, key, () => randomBytes(16).toString('base64url'))));
  return {
    compact: signed.map(({ presentation }) => packPresentation(presentation)),
    'sd-jwt': signed.map(({ presentation }) => presentation),
    online: signed.map(() => `standin-gjjkm:${issuer}:${randomBytes(24).toString('hex')}`),
  };
}

const draw = (all: readonly string[], level: CorrectionLevel): Promise<readonly Sample[]> =>
  Promise.all(all.map(async (text) => ({ text, modules: await encode(text, level) })));

/** Per cent of the pictures that each decoder reads, and reads right. Another text than was drawn is told apart: a signature has to refuse it. */
async function measureCell(name: string, samples: readonly Sample[], pictures: number, view: (modules: QrModules) => View): Promise<Figure[]> {
  const random = createRandom(20);
  const read = { zxing: 0, jsqr: 0 };
  const misread = { zxing: 0, jsqr: 0 };
  for (let image = 0; image < pictures; image += 1) {
    const sample = samples[image % samples.length];
    if (sample === undefined) throw new Error('nothing to photograph');
    const picture = await photograph(sample.modules, view(sample.modules), random);
    for (const decoder of ['zxing', 'jsqr'] as const) {
      const text = await DECODERS[decoder](picture);
      if (text === sample.text) read[decoder] += 1;
      else if (text !== undefined) misread[decoder] += 1;
    }
  }
  const share = (count: number): number => Math.round((count * 1000) / pictures) / 10;
  return (['zxing', 'jsqr'] as const).flatMap((decoder) => [
    { name: `qr.${name}.${decoder}`, value: share(read[decoder]), unit: '%' },
    ...(misread[decoder] === 0 ? [] : [{ name: `qr.${name}.${decoder}.misread`, value: share(misread[decoder]), unit: '%' }]),
  ]);
}

const atWidth = (width: number, view: View = USUAL) => ({ side }: QrModules): View => ({ ...view, pixels: width / side });

/**
 * Decode rates of what a person shows, over a synthetic camera.
 *
 * @param pictures of each cell
 */
export async function benchQr(pictures: number): Promise<Figure[]> {
  const figures: Figure[] = [{ name: 'qr.pictures', value: pictures, unit: 'pictures a cell' }];
  const add = (...measured: readonly Figure[]): void => {
    figures.push(...measured);
  };
  const addCell = async (name: string, samples: readonly Sample[], view: (modules: QrModules) => View): Promise<void> => {
    add(...(await measureCell(name, samples, pictures, view)));
  };
  const shown = await texts();
  for (const kind of ['compact', 'sd-jwt', 'online'] as const) {
    const samples = await draw(shown[kind], 'M');
    add({ name: `qr.${kind}.characters`, value: Math.max(...shown[kind].map(({ length }) => length)), unit: 'characters' });
    add({ name: `qr.${kind}.modules`, value: Math.max(...samples.map(({ modules }) => modules.side)), unit: 'modules a side' });
    for (const width of WIDTHS) await addCell(`${kind}.width-${String(width)}`, samples, atWidth(width));
  }
  for (const level of CORRECTION_LEVELS) {
    const samples = await draw(shown.compact, level);
    add({ name: `qr.level-${level}.modules`, value: Math.max(...samples.map(({ modules }) => modules.side)), unit: 'modules a side' });
    for (const width of LEVEL_WIDTHS) await addCell(`level-${level}.width-${String(width)}`, samples, atWidth(width));
    for (const spots of SPOTS) await addCell(`level-${level}.spots-${String(spots)}`, samples, atWidth(320, { ...USUAL, spots }));
  }
  const compact = await draw(shown.compact, 'M');
  for (const [scheme, [dark, light]] of Object.entries(SCHEMES)) await addCell(`colour.${scheme}`, compact, () => ({ ...DIM, colours: { dark, light } }));
  for (const kind of ['compact', 'online'] as const) {
    const samples = await draw(shown[kind], 'M');
    for (const [axis, values] of Object.entries(AXES)) {
      for (const value of values) await addCell(`${kind}.${axis}-${String(value)}`, samples, () => ({ ...USUAL, [axis]: value }));
    }
  }
  return figures;
}
