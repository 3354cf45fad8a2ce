// The Earth's surface: how far apart two points are, how fast light is, and in which region a country lies.
import type { Coordinates, Region } from './site.ts';

/** The speed of light in vacuum, km/s (exact, by the definition of the metre). */
export const LIGHT = 299_792.458;

/** Mean radius of the Earth in km: the R1 of GRS 80 (H. Moritz, "Geodetic Reference System 1980", J. Geodesy 74, 2000). */
const EARTH_RADIUS = 6371.0088;

const RADIAN = Math.PI / 180;

/**
 * Great-circle distance in km, 0 to 20 015, on a sphere; up to 0.6 % off the distance on the ellipsoid. By the haversine
 * formula, which stays exact for near points (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68(2), 1984).
 */
export function distanceBetween(a: Coordinates, b: Coordinates): number {
  const [latitudeA, latitudeB] = [a.latitude * RADIAN, b.latitude * RADIAN];
  const byLatitude = Math.sin((latitudeB - latitudeA) / 2);
  const byLongitude = Math.sin(((b.longitude - a.longitude) * RADIAN) / 2);
  const haversine = byLatitude ** 2 + Math.cos(latitudeA) * Math.cos(latitudeB) * byLongitude ** 2;
  // Between antipodes, rounding can take the haversine a hair over 1.
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(haversine)));
}

// The countries of ISO 3166-1 by the continents of the United Nations' standard M49, its Americas parted at Panama; Taiwan,
// which M49 does not list, is in Asia. Antarctica is in no region.
const COUNTRIES: Readonly<Record<Region, string>> = {
  africa: `AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW MZ NA
    NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW`,
  asia: `AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS
    QA SA SG SY TH TJ TL TM TR TW UZ VN YE`,
  europe: `AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT
    NL NO PL PT RO RS RU SE SI SJ SK SM UA VA`,
  'north-america': `AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV
    SX TC TT US VC VG VI`,
  oceania: 'AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS',
  'south-america': 'AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE',
};

const regions = new Map(
  Object.entries(COUNTRIES).flatMap(([region, codes]) =>
    codes.split(/\s+/).map(code => [code, region as Region] as const),
  ),
);

/** The region of a country by its ISO 3166-1 alpha-2 code, upper case; undefined for what is no such code, and `AQ`. */
export function regionOf(country: string): Region | undefined {
  return regions.get(country);
}

/** The point so many km from another, >= 0, on the great circle that leaves it at a bearing in degrees from north. */
export function destination(from: Coordinates, bearing: number, distance: number): Coordinates {
  const latitude = from.latitude * RADIAN;
  const angle = distance / EARTH_RADIUS;
  const sine =
    Math.sin(latitude) * Math.cos(angle) + Math.cos(latitude) * Math.sin(angle) * Math.cos(bearing * RADIAN);
  const turn = Math.atan2(
    Math.sin(bearing * RADIAN) * Math.sin(angle) * Math.cos(latitude),
    Math.cos(angle) - Math.sin(latitude) * sine,
  );
  const longitude = from.longitude + turn / RADIAN;
  return {
    latitude: Math.asin(Math.max(-1, Math.min(1, sine))) / RADIAN,
    longitude: longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude,
  };
}

/** Cells along either side of the square that `alongCurve` fills: some ten km each. */
const CELLS = 4096;

/**
 * How far along D. Hilbert's curve through all places (Math. Ann. 38, 1891) a place stands: an integer, 0 .. 4096 ^ 2 - 1.
 * Places that follow each other are near each other, in latitude and longitude alike.
 */
export function alongCurve({ latitude, longitude }: Coordinates): number {
  const cell = (share: number): number => Math.min(CELLS - 1, Math.floor(share * CELLS));
  let [x, y] = [cell((longitude + 180) / 360), cell((latitude + 90) / 180)];
  let passed = 0;
  for (let side = CELLS / 2; side >= 1; side /= 2) {
    const [east, north] = [x & side ? 1 : 0, y & side ? 1 : 0];
    passed += side * side * ((3 * east) ^ north);
    if (north === 1) continue;
    // The curve through a southern quarter is turned: it starts and ends at the quarters that come before and after.
    if (east === 1) [x, y] = [CELLS - 1 - x, CELLS - 1 - y];
    [x, y] = [y, x];
  }
  return passed;
}
