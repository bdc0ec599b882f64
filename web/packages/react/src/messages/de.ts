import type { Messages } from "./en.ts";
import { code, counting, rich, strong } from "./rich.ts";

const count = counting("de");
const keys = (number: number): string => count(number, { one: "# Schlüssel", other: "# Schlüssel" });
const hours = (number: number): string => count(number, { one: "# Stunde", other: "# Stunden" });
const days = (number: number): string => count(number, { one: "# Tag", other: "# Tage" });

/** Dieselben Texte auf Deutsch. */
export const german: Messages = {
  language: "de",

  title: "API-Schlüssel",
  lead: "Schlüssel handeln wie ihr Inhaber. Behandle sie wie Passwörter.",
  newKey: "Neuer Schlüssel",
  owners: "Inhaber",
  loading: "Die Schlüssel werden geladen",

  table: {
    caption: (owner) => `API-Schlüssel von ${owner}`,
    key: "Schlüssel",
    scopes: "Rechte",
    lastUsed: "Zuletzt benutzt",
    expires: "Läuft ab",
    status: "Zustand",
    created: "Erstellt",
    actions: "Aktionen",
    never: "Nie",
    neverUsed: "nie benutzt",
    noExpiry: "Unbefristet",
    expiresIn: (time) => `läuft ${time} ab`,
    expiredAgo: (time) => `${time} abgelaufen`,
    publishable: "öffentlich",
    test: "Test",
    fullAccess: "Vollzugriff",
    noScopes: "Keine",
    moreScopes: (hidden, name) =>
      `${count(hidden, { one: "# weiteres Recht", other: "# weitere Rechte" })} von ${name}`,
    shown: (number, all) =>
      all === undefined || all === number ? keys(number) : `${String(number)} von ${keys(all)}`,
    previous: "Zurück",
    next: "Weiter",
    pages: "Seiten",
    page: (number) => `Seite ${String(number)}`,
  },

  menu: {
    of: (name) => `Aktionen für ${name}`,
    rotate: "Erneuern…",
    rotateKey: (name) => `${name} erneuern`,
    disable: "Sperren",
    disableKey: (name) => `${name} sperren`,
    enable: "Entsperren",
    enableKey: (name) => `${name} entsperren`,
    revoke: "Widerrufen…",
    revokeKey: (name) => `${name} widerrufen`,
    endNow: "Jetzt beenden",
    endKeyNow: (name) => `Jetzt beenden: den alten Schlüssel von ${name}`,
  },

  status: {
    active: "Aktiv",
    expiring: "Läuft bald ab",
    rotating: "Wird erneuert",
    not_yet_valid: "Noch nicht gültig",
    disabled: "Gesperrt",
    expired: "Abgelaufen",
    used: "Verbraucht",
    revoked: "Widerrufen",
  },
  why: {
    manual: "",
    leaked: "bekannt geworden",
    rotated: "erneuert",
    owner_removed: "Inhaber entfernt",
    unused: "unbenutzt",
    administrator: "durch die Verwaltung",
    history_forked: "zu bestätigen",
    oldKeyEnds: (time) => `alter endet ${time}`,
    validFrom: (date) => `ab ${date}`,
  },

  filters: {
    search: "Suchen oder Schlüssel einfügen",
    filter: "Filter",
    clear: "Filter aufheben",
    any: "Alle",
    anyTime: "Jederzeit",
    expiresWithin: "Läuft ab in",
    unusedFor: "Unbenutzt seit",
    days: (number) => count(number, { one: "# Tag", other: "# Tagen" }),
  },

  states: {
    emptyTitle: "Noch keine Schlüssel",
    emptyLead: (owner) => `Mit einem Schlüssel handelt ein Programm als ${owner}, ohne Passwort.`,
    emptyAction: "Den ersten Schlüssel erstellen",
    nothingToSee: "Es gibt keine zu sehen.",
    noMatchTitle: "Kein Schlüssel passt",
    noMatchLead: "Widerrufene erscheinen, wenn du diesen Zustand wählst.",
    viewOnly: "Du kannst diese Schlüssel sehen, aber nicht ändern.",
    locked: (plan) => `Der Plan ${plan} hat keine neuen Schlüssel dieser Art.`,
    failedTitle: "Die Schlüssel wurden nicht geladen",
    failedLead: "Geändert wurde nichts.",
    retry: "Noch einmal versuchen",
    request: (id) => `Anfrage ${id}`,
    expiredTitle: "Deine Sitzung ist beendet",
    expiredLead: "Melde dich wieder an, dann geht es hier weiter. Verloren ist nichts.",
    unknownOwner: "Diesen Inhaber hat die Sitzung nicht",
  },

  create: {
    title: (owner, isPerson) => (isPerson ? "Neuer persönlicher Schlüssel" : `Neuer Schlüssel von ${owner}`),
    close: "Schließen",
    name: "Name",
    nameHint: "Sag, wo er läuft. Unter diesem Namen suchst du ihn um drei Uhr nachts.",
    nameMissing: "Gib dem Schlüssel einen Namen.",
    description: "Beschreibung",
    optional: "freiwillig",
    scopes: "Rechte",
    chosen: (scopes) => `${String(scopes)} gewählt`,
    searchScopes: (scopes) => count(scopes, { one: "# Recht durchsuchen", other: "# Rechte durchsuchen" }),
    noSuchScope: "Kein Recht passt.",
    noScopes: "Es gibt kein Recht zu vergeben. Der Schlüssel sagt, wem er gehört, und kann sonst nichts.",
    forcedScopes: "Jeder Schlüssel von hier darf genau das.",
    notGrantable: "Dieses Recht darfst du nicht vergeben",
    notPublishable: "Nicht für öffentliche Schlüssel",
    fullAccess: "Vollzugriff",
    fullAccessLead: (owner) =>
      `Jedes Recht, auch künftige. Wer diesen Schlüssel findet, kann alles, was ${owner} kann.`,
    expires: "Läuft ab",
    hours,
    days,
    years: (years) => count(years, { one: "# Jahr", other: "# Jahre" }),
    custom: "Eigenes Datum",
    none: "Nie",
    expiresAt: (date) => rich`${strong(date)}. Dann hören Programme auf zu laufen, die ihn benutzen.`,
    expiresNever: "Er gilt, bis ihn jemand widerruft.",
    expiryRequired: "Jeder Schlüssel braucht hier ein Ende.",
    endDate: "Letzter Tag",
    endDateMissing: "Wähle einen Tag, der noch kommt.",
    endDateTooLate: (date) => `Wähle einen Tag bis ${date}.`,
    visibility: "Sichtbarkeit",
    secret: "Geheim",
    secretLead: "Für Server. Niemand sonst darf ihn sehen.",
    publishable: "Öffentlich",
    publishableLead: "Für Seiten und Apps. Trägt nur Rechte, die dafür freigegeben sind.",
    advanced: "Weiteres",
    advancedLead: "Adressen, Metadaten, Beginn",
    addresses: "Erlaubte Adressen",
    addressesHint: "Je Zeile eine Adresse oder ein Bereich: 203.0.113.0/24. Leer heißt: von überall.",
    addressesMissing: "Schlüssel gelten hier nur von bestimmten Adressen: nenne mindestens eine.",
    addressWrong: (address) => `${address} ist weder Adresse noch Bereich.`,
    metadata: "Metadaten",
    metadataHint: "Ein JSON-Objekt, das du mit dem Schlüssel zurückbekommst.",
    metadataWrong: "Das ist kein JSON-Objekt.",
    notBefore: "Gültig ab",
    summary: (key) =>
      rich`Ein ${strong(key.isPublic ? "öffentlicher Schlüssel" : "geheimer Schlüssel")} für ${strong(key.owner)}${
        key.isFull
          ? rich` mit ${strong("Vollzugriff")}`
          : key.scopes === undefined
            ? ", der sagt, wem er gehört, und sonst nichts darf"
            : rich` mit den Rechten ${strong(key.scopes)}`
      }, von ${key.isLimited ? "den genannten Adressen" : "jeder Adresse"}, ${
        key.until === undefined ? rich`${strong("ohne Ende")}` : rich`bis ${strong(key.until)}`
      }.`,
    cancel: "Abbrechen",
    submit: "Schlüssel erstellen",
    submitting: "Wird erstellt…",
  },

  reveal: {
    title: "Kopiere jetzt deinen Schlüssel",
    lead: (name) =>
      rich`${strong(name)} wird einmal gezeigt. Wir behalten einen Fingerabdruck, nicht den Schlüssel.`,
    announced: (name) => `${name} ist erstellt. Kopiere den Schlüssel jetzt: Er wird einmal gezeigt.`,
    field: "Dein neuer Schlüssel",
    copy: "Kopieren",
    copied: "Kopiert",
    copyThis: (what) => `Für ${what} kopieren`,
    notCopied: "Noch nicht kopiert",
    done: "Fertig",
    refused: (shortcut) =>
      rich`Dein Browser gibt die Zwischenablage nicht frei. Der Schlüssel ist markiert: drücke ${code(shortcut)}.`,
    uses: "So benutzt du ihn",
    test: "Diesen Schlüssel ausprobieren",
    testLead: "Die Antwort sagt, was er ist",
    askTitle: "Ohne Kopie verlassen?",
    askLead: "Der Schlüssel gilt weiter, aber niemand kann ihn noch einmal lesen. Du müsstest ihn erneuern.",
    back: "Zurück zum Schlüssel",
    leave: "Verlassen",
  },

  snippets: {
    envComment: "# .env, nicht in Git",
    github: "Settings → Secrets and variables → Actions → New repository secret",
    pasted: "# Schlüssel einfügen, dann Enter und Strg D",
  },

  rotate: {
    title: (name) => `${name} erneuern`,
    lead: "Du bekommst einen neuen Schlüssel mit denselben Rechten und Grenzen. Beide gelten, bis der alte endet.",
    grace: "Der alte Schlüssel gilt noch",
    stopNow: "Gar nicht",
    hours,
    days,
    custom: "Eigene Frist",
    customDays: "Tage",
    customWrong: "Wähle 1 bis 30 Tage.",
    untilFirstUse: "Endet auch, sobald der neue benutzt wird",
    endsAt: (date) => rich`Der alte Schlüssel wird ab ${strong(date)} abgewiesen.`,
    endsNow: "Wer den alten Schlüssel sendet, bekommt binnen einer Sekunde 401.",
    lastUsed: (time) => `Alter Schlüssel zuletzt benutzt ${time}.`,
    cancel: "Abbrechen",
    submit: "Schlüssel erneuern",
    submitting: "Wird erneuert…",
  },

  revoke: {
    title: (name) => `${name} widerrufen?`,
    inUse: rich`Er wird benutzt. Wer ihn sendet, bekommt binnen einer Sekunde ${code("401")}, und er kommt nicht wieder.`,
    unused: "Niemand hat ihn je benutzt, es geht also nichts kaputt. Er kommt nicht wieder.",
    quiet:
      "Seit einer Woche hat ihn niemand benutzt. Wer ihn noch sendet, bekommt binnen einer Sekunde 401, und er kommt nicht wieder.",
    whatStops: "Was aufhört",
    lastUsed: "Zuletzt benutzt",
    lastUsedFrom: (time, address) => rich`${time} von ${code(address)}`,
    today: "Heute",
    week: "Diese Woche",
    requests: (requests, addresses) =>
      rich`${strong(count(requests, { one: "# Anfrage", other: "# Anfragen" }))}${
        addresses === 0 ? "" : ` von ${count(addresses, { one: "# Adresse", other: "# Adressen" })}`
      }`,
    typeName: (name) => rich`Gib ${code(name)} ein, um ihn zu widerrufen`,
    disableInstead: "Nur sperren",
    cancel: "Abbrechen",
    submit: "Schlüssel widerrufen",
    submitting: "Wird widerrufen…",
    doneTitle: "Auf jedem Knoten tot",
    doneLead: (name, nodes, ms) =>
      rich`${strong(name)} wird auf ${count(nodes, { one: "dem einen Knoten", other: "allen # Knoten" })} nach ${strong(`${String(ms)} ms`)} abgewiesen. Der Name ist wieder frei.`,
    pendingTitle: "Widerrufen",
    pendingLead: (name, dead, nodes, by) =>
      rich`${strong(name)} wird auf ${strong(`${String(dead)} von ${String(nodes)}`)} Knoten abgewiesen, auf den übrigen bis ${strong(by)}.`,
    done: "Fertig",
  },

  said: {
    disabled: (name) => `${name} ist gesperrt. Wer ihn sendet, bekommt 401.`,
    enabled: (name) => `${name} gilt wieder.`,
  },

  failure: {
    title: "Das ging nicht",
    limit: (used, limit, plan) =>
      `Alle ${keys(limit)} des Plans ${plan} sind vergeben (${String(used)} von ${String(limit)}). Widerrufe einen, den niemand braucht.`,
    neededPlan: (plan) => `Der Plan ${plan} hat es.`,
    unauthenticated: "Deine Sitzung ist beendet. Melde dich wieder an, dann versuche es noch einmal.",
    forbidden: "Das darfst du hier nicht. Frag die Verwaltung.",
    gone: "Diesen Schlüssel gibt es nicht mehr. Lade die Liste neu.",
    away: "Der Dienst antwortet nicht. Soweit bekannt, hat sich nichts geändert: Versuche es gleich noch einmal.",
    unexpected: "Etwas ging schief. Versuche es noch einmal.",
  },
};

export default german;
