/** What the page is given as data, and the shapes that several modules share. `payload.py` makes the first half. */
import type * as Leaflet from "leaflet";

export type Language = "zh" | "en";
/** What a task waits for. */
export type Wait = "overdue" | "stale";

export type Status = "planned" | "seeking" | "in_progress" | "done" | "delayed" | "stopped";

/** [south-west, north-east], each [latitude, longitude]. */
export type Bounds = [[number, number], [number, number]];
/** [latitude, longitude]. */
export type Position = [number, number];

export interface Named {
  zh: string;
  en: string;
}

export interface SitePayload extends Named {
  id: string;
  category: string;
  precision: "surveyed" | "mapped" | "approximate" | "nominal" | "unplaced";
  /** Metres; null where the position is exact. */
  accuracy: number | null;
  layer: string;
  /** Places of its tasks in `Plan.tasks`; a part has those of the whole. */
  tasks: number[];
  /** In a briefing: what it is called on maps and in lists beside them; null for a site without a number. */
  number?: number | null;
  /** Id of the site that it is a part of, if it is one. */
  whole?: string;
  geometry: GeoJSON.Geometry | null;
  /** These two with every geometry, `lines` with those of lines. */
  anchors?: Position[];
  bounds?: Bounds;
  lines?: Position[][];
}

/** A site that is drawn. */
export type PlacedSite = SitePayload & { geometry: GeoJSON.Geometry; anchors: Position[]; bounds: Bounds };

export interface TaskPayload extends Named {
  /** In a briefing: its target in words. */
  target?: string;
}

export interface LayerPayload extends Named, LayerState {
  id: string;
  group: string;
  /** Part of the ground, hidden where pictures from the network are the ground. */
  ground: boolean;
  /** Whether somebody has brought it in, and it holds no sites. */
  own?: boolean;
}

/** A symbol of an own layer: `Symbol.plain` of `layers/own/symbol_value.py`. */
export interface OwnSymbol extends Required<Stroke> {
  opacity: number;
  marker: "circle" | "square" | "triangle" | "diamond" | "cross";
  hatch: Hatch | null;
}

/** A pattern in areas, in pixels: `Hatch.plain` of `layers/own/symbol_value.py`. */
export interface Hatch {
  colour: string;
  pattern: "lines" | "grid" | "dots";
  /** Degrees counter-clockwise from the horizontal. */
  angle: number;
  spacing: number;
  width: number;
  opacity: number;
}

/** How the labels of an own layer look, in pixels; see `Labels` of `layers/own/layer_style.py`. */
export interface OwnLabels {
  size: number;
  colour: string;
  halo: string;
  haloWidth: number;
  zooms: [number, number];
}

export type OwnLook = Named & { symbol: OwnSymbol };

/** A layer that somebody has brought in to the plan. */
export interface OwnPayload extends Named {
  id: string;
  /** Where its features are, or what there is to know of the tiles of a large one; empty in a briefing, which has them itself. */
  url: string;
  /** Whether it has so many features that they come in tiles. */
  large: boolean;
  /** Where it is said why the features do not come that stay elsewhere; empty for others. */
  state: string;
  features?: GeoJSON.FeatureCollection;
  tiles?: OwnTileSource;
  /** In a briefing the tiles of large answers about it. */
  answers?: OwnTileSource[];
  form: "point" | "line" | "area" | "mixed";
  /** Its symbols in the order of the legend, with what that calls them; null for what is not drawn. */
  looks: (OwnLook | null)[];
  opacity: number;
  /** The first and the last zoom at which it is drawn. */
  zooms: [number, number];
  /** How its labels look; their words are in its features. */
  labels: OwnLabels | null;
  /** In a briefing: the features with labels of a layer that comes in tiles. */
  labelled?: GeoJSON.FeatureCollection;
  /** Where it comes from, and how good its positions are. */
  credit: Named;
}

/** The tiles of a large own layer. */
export interface OwnTileSource extends TileSource {
  /** The place among the layer's looks of each category in the tiles; -1 stands for all rare ones together. */
  looks: number[];
  /** Of an answer how many features are selected. */
  count?: number;
  /** How those look and what they are called. */
  rest: OwnLook;
}

/** A map service, which the server asks. */
export interface ServicePayload extends Named {
  id: string;
  /** What the path of a tile, `z/x/y`, is added to. */
  url: string;
  zooms: [number, number];
  /** Degrees: west, south, east, north. */
  bounds: [number, number, number, number];
  /** Side of a tile on the screen. */
  pixels: 256 | 512;
  /** What the service draws in. */
  datum: "wgs84" | "gcj02" | "bd09";
  /** In a briefing: its pictures as addresses that hold them, by `zoom/column/row`. */
  tiles?: Record<string, string>;
  /** What the legend says of it. */
  legend: Named;
  credit: Named;
}

/** What a Scene shows of an own layer, where that is not all. */
export interface Asked {
  /** Where its features are; empty in a briefing, and where they cannot be told. */
  url: string;
  /** In a briefing the numbers of its features. */
  ids?: number[];
  /** Whether they are so many that they come in tiles; what there is to know of these is at `url`. */
  large?: boolean;
  /** In a briefing the place of those tiles among the layer's `answers`. */
  answer?: number;
  /** How many they are, and which. */
  words: string;
}

export interface LayerState {
  visible: boolean;
  opacity: number;
}

export type SvgShape = [name: string, attributes: Record<string, string>];

export interface StatusStyle {
  colour: string;
  pale: string;
  shape: string;
  badge: SvgShape[];
  paleBadge: SvgShape[];
}

export interface CategoryStyle {
  icon: string;
  ground: string;
  priority: number;
  label_zoom: number;
  path: string;
}

/** One stroke or fill of a line or an area. */
export interface Stroke {
  colour?: string;
  width?: number;
  dash?: string;
  fill?: string;
  fill_opacity?: number;
  radius?: number;
}

/** `tokens()` of `layers/style.py`. */
export interface Style {
  accent: string;
  /** Opacity of the accent inside surroundings. */
  nearOpacity: number;
  ink: string;
  white: string;
  quiet: string;
  noTask: string;
  dot: string;
  land: string;
  sea: string;
  districtFill: string;
  water: string;
  boundary: string;
  minorBoundary: string;
  mask: string;
  maskOpacity: number;
  focusText: string;
  districtText: string;
  groundText: string;
  waterText: string;
  metroText: string;
  gridLine: string;
  gridText: string;
  gridSample: string;
  fonts: string[];
  status: Record<Status, StatusStyle>;
  /** Of a site whose tasks are all filtered out. */
  filteredBadge: StatusStyle["badge"];
  /** The mark of a site with an overdue task. */
  overdue: StatusStyle["badge"];
  /** The marks of changes, in the order in which `Arguments.changes` counts them. */
  changes: Record<string, StatusStyle["badge"]>;
  categories: Record<string, CategoryStyle>;
  ground: Record<string, Stroke[]>;
  dash: Record<string, string>;
  ways: WayLook;
  /** By ground style, and `point` around one that stands in for a place. */
  soft: Record<string, SoftLook>;
}

/** A soft patch: its colour, and its opacity where it is strongest. */
export interface SoftLook {
  colour: string;
  opacity: number;
}

export interface DistrictProperties {
  name_zh: string;
  name_en: string;
  label: [number, number];
}

/** `WayStyle` of `layers/ground/look.py`. */
export interface WayStyle {
  fill: string;
  edge: string;
  widths: [zoom: number, width: number][];
  name_zoom: number;
  name_size: number;
  priority: number;
  dash: string;
  single: boolean;
}

/** `tokens()` of `layers/ground/look.py`. */
export interface WayLook {
  casing: number;
  casedFrom: number;
  /** Lines in the order in which they are drawn. */
  groups: Record<string, WayStyle>[];
  waterways: string[];
  areas: Record<string, { fill: string; zoom: number }>;
  places: Record<string, { zoom: number; size: number; priority: number; dot: boolean }>;
  waterTexts: string[];
  areaLegend: Record<string, string[]>;
  legend: Record<string, string[]>;
  waterNames: Record<string, number>;
  placeNames: number[];
  placeSize: number;
  waterSize: number;
  placePriority: number;
  waterPriority: number;
}

export interface WayPayload extends Named {
  kind: string;
  /** Id of the plan's own line that stands for it while that is drawn; empty without one. */
  site: string;
  /** Of each line the first point in units of a degree, longitude first, then the steps from point to point. */
  lines: number[][];
}

export interface SpotPayload extends Named {
  kind: string;
  /** From 1, the most important; 0 for a water. */
  rank: number;
  at: Position;
}

/** The roads, waters and places of the ground, see `ways_payload.py`. */
export interface WaysPayload {
  /** How many make a degree. */
  units: number;
  lines: WayPayload[];
  spots: SpotPayload[];
}

/** Ground that somebody has added to the plan. */
export interface GroundPayload extends Named, TileSource {
  /** Its name as a basemap. */
  id: string;
  credit: Named;
}

/** Where tiles come from. */
export interface TileSource {
  /** What the path of a tile, `z/x/y`, is added to. */
  url: string;
  /** What comes after that path. */
  query?: string;
  zooms: [number, number];
  /** Degrees: west, south, east, north. */
  bounds: [number, number, number, number];
  /** In a briefing the tiles themselves, gzipped and in base64; empty where there is nothing. */
  tiles?: Record<string, string>;
}

/** A picture that somebody has added to the plan. */
export interface PicturePayload extends GroundPayload {
  /** Side of a tile on the screen. */
  pixels: 256 | 512;
  /** Media type of its tiles. */
  type: string;
}

/** Everything that a map of a plan is drawn from, whatever the Scene. */
export interface Plan {
  digest: string;
  sites: SitePayload[];
  tasks: TaskPayload[];
  groups: (Named & { id: string })[];
  layers: LayerPayload[];
  gridLayer: string;
  waysLayer: string;
  ways: WaysPayload;
  /** Grounds from files; the first is drawn unless another is chosen. */
  grounds: GroundPayload[];
  pictures: PicturePayload[];
  own: OwnPayload[];
  services: ServicePayload[];
  texts: Record<string, Record<string, string>>;
  style: Style;
  basemaps: string[];
  /** Letters of the statuses, the one that needs a look first. */
  attention: string[];
  letters: Record<Status, string>;
  /** The digits that `Filterable.waits` sums up. */
  waits: Record<Wait, number>;
  /** Definition of the grid for proj4. */
  grid: string;
  home: Bounds;
  /** How far the map can be moved. */
  reach: Bounds;
  /** Code of the plan's own district. */
  focus: string | null;
  /** Places for the name of the plan's own district, the one with the most room first. */
  focusSpots: Position[];
  tracks: TrackPayload[];
  districtLayer: string | null;
  waterLayer: string | null;
  land: GeoJSON.FeatureCollection;
  districts: GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, DistrictProperties>;
}

export interface BrowsePlan extends Plan {
  initial: Arguments;
  /** Addresses of the script and the style sheet with the tools for placing a site. */
  tools: string[];
}

/** A site that is being placed. */
export interface Place {
  /** What is drawn if there is no shape yet; empty for none. */
  draws: "point" | "line" | "area" | "";
  shape: GeoJSON.Geometry | null;
  /** Where the site has been before, as far as that is to be seen. */
  earlier: GeoJSON.Geometry[];
  /** Whether the map is to go where the shape is. */
  looks: boolean;
  /** Where it is to go instead; null for nowhere else. */
  look: GeoJSON.Geometry | null;
  language: Language;
}

/** What the bundle `placing.js` makes. */
export interface PlacingTools {
  show(place: Place | null): void;
}

/** What the filter needs: one letter or digit for each task. */
export interface Filterable {
  /** Letters of all tasks, filtered out or not. */
  all: string;
  evidence: string;
  /** What tasks wait for: of each the sum of `Plan.waits`. */
  waits: string;
  /** Which tasks pass every filter but those of the strip. */
  candidates: string;
}

/** What a run of the page's script sends. */
export interface Arguments extends Filterable {
  digest: string;
  language: Language;
  sites: string;
  tasks: string;
  /** For each site 1 if any of its tasks is overdue, else 0. */
  overdue: string;
  lit: string[];
  /** For each site the number of its mark, or a dot; empty where no changes are shown. */
  changes?: string;
  near?: Near | null;
  /** What is asked of own layers, as in an address, and what is shown of them therefore. */
  ask?: string;
  asked?: Record<string, Asked>;
  basemap: string;
  view: [latitude: number, longitude: number, zoom: number] | null;
  layers: Record<string, LayerState>;
  /** Ids of layers that stand elsewhere than in the plan, in their order. */
  order?: string[];
  fly?: { bounds: Bounds; count: number } | null;
  /** The Scene without what the map itself knows, for the address. */
  query?: string;
  /** The day as of which it is, which the map answers once it shows it. */
  day?: string;
  /** Number of the last click on the strip that this answers. */
  turn?: number;
  /** Of the session, which counts the steps through the history; `step` is the last one that this answers. */
  session?: string;
  step?: number;
  run?: string;
}

/** Back or Forward in the browser: which one since the session began, and the address that it led to. */
export interface Step {
  count: number;
  query: string;
}

/** What a map takes over of a Scene. */
export interface SceneLetters {
  language: Language;
  tasks: string;
  sites: string;
  /** As in `Arguments`. */
  overdue: string;
  lit: string[];
  near?: Near | null;
  /** Letters of the tasks in a table beside the map. */
  listed?: string;
}

/** A click on the strip of counts. */
export interface StripFilter {
  statuses: Status[];
  evidence: "with" | "without" | null;
  waits: Wait[];
  turn: number;
}

/** Surroundings that a Scene asks about. */
export interface Near {
  /** Of each polygon its outline and its holes. */
  polygons: [latitude: number, longitude: number][][][];
  /** In metres; 0 of an area. */
  radius: number;
  words: string;
}

/** A day, and how many tasks have which status on it, backed by evidence or not. */
export interface DayCounts {
  day: string;
  counts: [status: Status, number: number, backed: boolean][];
}

/** The earlier day of a view of two. */
export interface BriefingSide extends DayCounts {
  sites: string;
  tasks: string;
  overdue: string;
  /** Ids of the sites that stand otherwise on the later day. */
  moved: string[];
}

/** What is said about a task, `evidence.py` says what of it is there. */
export interface StatementPayload {
  day?: string;
  publisher?: string;
  title?: string;
  summary?: string;
  status?: string;
  measured?: string;
  period?: string;
  files?: string;
  address?: string;
  link?: string;
}

export interface TaskEvidence {
  status: string;
  target: string;
  result: string;
  notes: string[];
  clause: string;
  /** Places in `statements`, each with what it is for the task. */
  said: [index: number, tag: string][];
  more?: string;
}

export interface BriefingView extends DayCounts {
  /** As in `Arguments`. */
  changes?: string;
  before: BriefingSide | null;
  near: Near | null;
  sites: string;
  tasks: string;
  overdue: string;
  layers: Record<string, LayerState>;
  asked: Record<string, Asked>;
  order: string[];
  lit: string[];
  about: number[] | null;
  bounds: Bounds;
  /** The picture over the ground. */
  picture: string | null;
}

export interface BriefingPlan extends Plan {
  language: Language;
  views: BriefingView[];
  evidence: { statements: StatementPayload[]; days: Record<string, Record<number, TaskEvidence>> };
}

/** Gives the words for a key. */
export type Text = (key: string) => string;

/** [left, top, right, bottom] in pixels. */
export type Box = [number, number, number, number];

export interface Obstacle {
  box: Box;
  /** The site whose own label may lie over it. */
  owner: string | null;
}

/** A stretch on which two lines run side by side. */
export interface TrackPayload {
  /** Ids of both sites. */
  sites: [string, string];
  /** What stands between their names. */
  join: string;
  /** How far apart they are at most. */
  metres: number;
  lines: Position[][];
}

export interface LabelLook {
  text: string;
  size: number;
  weight: number;
}

/** A name that wants a place. */
export interface Label extends LabelLook {
  owner: string | null;
  /** Text of another label; where that has found a place, this one is not needed. */
  unless?: string;
  priority: number;
  colour: string;
  haloOpacity?: number;
  /** Colour of the edge around the letters, which is white otherwise. */
  halo?: string;
  /** How wide that is on each side, in pixels; 0 for none. */
  haloWidth?: number;
  /** One of the three: a place, or lines to run along. */
  at?: Position;
  /** Further places for it, for where that one is taken. */
  others?: Position[];
  path?: Position[][];
  /** The same lines as pixels of the map's frame, where those are known already. */
  pixels?: [number, number][][];
  gap?: number;
  /** Whether it may stand a line higher or lower than its place. */
  rows?: boolean;
  spacing?: number;
  /** Whether a box in pixels may be taken, where not every free one may. */
  isRoom?: (box: Box) => boolean;
  /** Radius in pixels of a dot at the place, below which the name stands. */
  dot?: number;
}

export interface Glyph {
  letter: string;
  x: number;
  y: number;
  angle: number;
}

/** A place that a label could take: at x, y, or letter by letter. */
export interface Candidate {
  boxes: Box[];
  x?: number;
  y?: number;
  glyphs?: Glyph[];
  /** Middle of the dot of a place. */
  dot?: [number, number];
}

export interface SiteState {
  /** Whether any of its tasks that pass the filters is overdue. */
  overdue?: boolean;
  shown: boolean;
  status: Status | null;
  backed: boolean;
  /** Whether it is a site that has tasks, none of which passes the filters. */
  filteredOut: boolean;
}

/** What the legend needs to know of a site. */
export interface SeenSite {
  /** What it is marked as where changes are shown. */
  change?: string | null;
  site: Pick<SitePayload, "category" | "precision" | "tasks">;
  state: SiteState;
  form: "point" | "line" | "area";
  /** Whether its layer is the ground, which has no symbols. */
  ground: boolean;
  /** Whether in view it has a symbol, one without room, one in full, its point, line or area, an accuracy halo. */
  symbol: boolean;
  small: boolean;
  whole: boolean;
  shape: boolean;
  halo: boolean;
  /** Whether its shape is a soft patch, the surroundings of its point are one, it is the dot of a part. */
  soft: boolean;
  proxy: boolean;
  dot: boolean;
}

export interface StageCallbacks {
  text: Text;
  /** A site was opened; empty when none is any more. */
  select(site: string): void;
  /** A place was clicked; tells whether measuring wanted it. */
  measuring(at: Leaflet.LatLng): boolean;
  /** The card of a site was opened at a place. */
  opened?(at: Leaflet.LatLng, card: Leaflet.Popup): void;
  /** There is more to see than before: features of an own layer have come. */
  changed?(): void;
  /** A task in a card was asked about, where that can be. */
  ask?(task: number): void;
}

/** Which sites can be reached by keyboard; none of "none" by pointer either. */
export type Reach = "all" | "tasks" | "none";

declare module "leaflet" {
  // Inside parts of Leaflet that its types leave out.
  interface Map {
    _animatingZoom?: boolean;
  }
  interface Layer {
    _addFocusListeners(): void;
  }
  interface Renderer {
    _container?: HTMLElement;
    _bounds: Leaflet.Bounds;
    _zoom: number;
    _update(): void;
  }
  interface GridLayer {
    _setZoomTransform(level: unknown, center: Leaflet.LatLngExpression, zoom: number): void;
    _setZoomTransforms(center: Leaflet.LatLng, zoom: number): void;
    _getTiledPixelBounds(center: Leaflet.LatLng): Leaflet.Bounds;
    _update(center?: Leaflet.LatLng): void;
    _onMoveEnd(): void;
  }
}

declare global {
  interface Window {
    /** For Folium's script, which makes the map with it. */
    L: typeof Leaflet;
    PlanMap: Record<string, unknown>;
  }
}
