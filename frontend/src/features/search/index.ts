// What others may use of this feature.
export { SearchBeside } from "./components/SearchBeside";
export { Search } from "./model/search";
export { SearchPage } from "./pages";
