export { Hive, Jar } from "../hives.mjs";
