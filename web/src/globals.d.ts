// The page hands its Leaflet map to the script: the bundle runs inside a function that has it as `map`.
declare const map: import("leaflet").Map;
