// Style sheets are imported for the bundle alone.
declare module "*.css";

// The parts of proj4 that we use, whose own types are not where its modules are.
declare module "proj4/lib/core" {
  import proj4 from "proj4";
  export default proj4;
}
declare module "proj4/lib/Proj" {
  const Proj: { projections: { add(projection: object): void } };
  export default Proj;
}
declare module "proj4/lib/projections/lcc" {
  const projection: object;
  export default projection;
}
declare module "proj4/lib/projections/etmerc" {
  const projection: object;
  export default projection;
}
