"""Invented names of hamlets for the west of France, where the open street tables have a gap.

Names are put together from the elements that real ones are made of: Breton (with the article of Vannes or of
the north and west), Gallo, Norman, and the -ière and -erie names of the bocage.
"""
# ruff: noqa: E501, SIM905 - lists of words read better as text

# What follows Ker- in one word, already softened where Breton asks for it.
_KER = (
    "vihan veur lann goat nevez guen anna marec moal ven vran rio louis loch alain hervé maria salaün ollivier "
    "david jean yvon robert scoul feunteun golven fur gall noël iliz rouz houarn gloff madec mabon morvan "
    "olet prat droal grain bellec bourhis cadic dual fraval gourio hamon helleuc jégu laouen leau méar naëlou "
    "naud ourio quéré riou stang streat tanguy uhel veillan vénal zervant zu ostin arzel bérenne bloc'h "
    "cadoret diouris drézec dudal flec'h gohel guillé guz huel inizan jacob joly joseph léguer lidec liès lino "
    "malguen marquer ménez mélin moisan nabat nével pabu penn péron plat priol rault ré ros saudren séoc "
    "sulan sévéno thomas tréguier turnier végan vern véno voyal yaouen yhuel"
).split()
_QUALITIES = "Bihan Bras Izella Huella Creis Nevez Coz".split()
_BRETON = {
    "er": {  # around Vannes
        "Coët": "er Pont|er Houët|Bihan|Bras|er Lann|Rous|Digo",
        "Lann": "Vras|Vihan|er Groëz|Guen|er Roch|er Prad|Hir|Blen|er Vuhez",
        "Pen": "er Lann|er Pont|er Hoët|er Prat|er Men|er Malo",
        "Ty": "Nevez|Glas|Guen|Bihan|er Coët|Planche|Losquet|Mat|er Douar",
        "Roz": "er Groëz|er Vran|Bihan|er Lann",
        "Parc": "er Groëz|er Vouillen|Lann|er Fetan|Braz",
        "Croëz": "er Lann|Hent|Ty Coët|er Bleu",
        "Park": "en Denved|er Velin|er Feten",
        "Men": "Glas|Guen|er Roué|Hir",
        "Stang": "er Velin|Vihan|er Gat|Du",
        "Toul": "er Lann|er Hoët|er Bleiz",
        "Er": "Lann|Roch|Velin|Fetan|Hoëd|Prad",
        "": "Penhoët|Penhouët|Locmaria|Lannic|Le Roz|Loperhet|Bodéan|Lescoët|Treuliec|Botcoët|Rosmadec|Crénihuel"
        "|Goh Lanno|Goh Ker|Bot er Mohed|Lesvellec|Bonnervo|Trévras|Trévihan|Le Cosquer|Le Guernic|Guernevé"
        "|Guerlann|Le Helleguy|Le Resto|Restolann|Moustoir Lann|Trélan|Brangolo|Talhouët Bihan|Bodevrel|Le Néném",
    },
    "ar": {  # Finistère and the west of the Côtes-d'Armor
        "Coat": "ar Pont|ar Roch|Bihan|Bras|ar Lann|Méal|Lez",
        "Lann": "Vras|Vihan|ar Groas|Guen|ar Roc'h|ar Prat|Hir|Izella",
        "Pen": "ar Lann|ar Pont|ar Hoat|ar Prat|ar Menez|ar Guer|ar Valy|an Dour",
        "Ty": "Nevez|Glas|Guen|Bihan|ar Hoat|Ruz|Pors|Coz|an Dour|Forn",
        "Roz": "ar Groas|ar Vran|Bihan|ar Hoat|an Eol",
        "Parc": "ar Feunteun|ar Groas|Lann|Bras|an Iliz",
        "Croas": "ar Lann|Hent|ar Vilin|ar Born|an Teurec",
        "Menez": "Bras|Bihan|Guen|ar Yeun|Kerlann",
        "Men": "Glas|Guen|ar Roué|Hir",
        "Stang": "ar Vilin|Vihan|ar Goat|Du",
        "Toul": "ar Hoat|ar Lann|ar Bleiz",
        "Poul": "ar Goazec|ar Feunteun|Ranet|Dour",
        "Ar": "Vilin|Roch|Stang|Menez|Hoat|Feunteun",
        "": "Penhoat|Penhoat Bihan|Locmaria|Lannic|Le Roz|Lesneven Bihan|Bodéan|Lescoat|Trévras|Trévihan|Trez Bihan"
        "|Trez Rouz|Le Cosquer|Guernevez|Guerlann|Quillien|Quillidec|Rosnoën Bihan|Kroaz Hent|Traon Bihan"
        "|Traon Vilin|Goas ar Pont|Goas Vihan|Run Bihan|Run ar Groas|Mezou Bras|Mezou Vilin|Lanvian|Plas Nevez"
        "|Convenant Bihan|Convenant Guen|Convenant ar Roch|Bot Lann|Le Guern|Gorré Bihan|Gorré Menez",
    },
}

# Old first names and by-names, as the stems that -ière, -erie and -ais are put to.
_STEMS = (
    "Martin Robin Guérin Renaud Girard Bernard Richard Baudouin Simonn Thomass Michel Guillaum Gautr Mauric Bertr "
    "Huon Gilbert Aubri Barb Bess Blanch Bod Boisn Bonn Bouch Bourd Brard Brun Burel Chaign Chauv Chéru Clém "
    "Corb Coudr Cousin Daud Denis Dorb Drou Duhal Durand Fauv Ferr Fouqu Fourm Frên Gaign Gand Garn Gend Germain "
    "Giraud Godin Gohier Goup Grim Grosl Guich Guitt Ham Hard Harn Hérauld Heul Hubert Jard Jouann Juin Lamber "
    "Landr Lecomt Lorr Lubin Mah Maill Malh Marcill Marqu Masur Ménard Mezi Mor Moul Nicol Noël Pag Paqu Patri "
    "Péan Pel Perr Pich Pign Pinel Poirel Poul Prevost Quent Raimb Ravr Regnaud Ren Ribot Rond Roul Rouss Sab "
    "Saul Sauv Ségu Taill Tard Tess Thib Tourn Tréb Turqu Vall Vaud Verr Vign"
).split()
_PEOPLE = (
    "Robert Hervy Morin Guy Oger Rault Josse Gicquel Denis Colas Perrin Hamon Briend Jouan Gautier Aubry Rouxel "
    "Mahé Pinel Ernoul Olivier Bertin Geffroy Hubert Richard Patry Auger Herbert Ozenne Varin Germain"
).split()
_GROUNDS = (
    "Bois|Moulin|Chêne|Puits|Pont|Lavoir|Ruisseau|Verger|Pressoir|Four|Tertre|Houx|Genêt|Colombier|Renard|Loup"
).split("|")
_PLAIN = (
    "Le Moulin|Bellevue|Bel Air|La Croix|Le Clos|La Lande|Les Landes|Beauregard|La Fontaine|Le Verger|La Rivière"
    "|Le Chêne|La Forge|Le Pont|La Gare|La Chapelle|La Ville Neuve|Beausoleil|Le Plessis|La Noë|Le Tertre"
    "|La Touche|Les Rochers|Le Petit Bois|La Grée|Belle Étoile|Mon Repos|L'Étang|La Vallée|Le Champ du Bois"
    "|Les Quatre Chemins|La Maison Neuve|Le Rocher|Le Four|Beau Soleil|La Butte|Les Hauts|Le Château|La Métairie"
).split("|")

BOURG = "Le Bourg"


def breton(article: str) -> dict[str, int]:
    """Name → weight for Lower Brittany; `article` is "er" round Vannes, "ar" elsewhere."""
    names = {f"Ker{end}": 6 for end in _KER}
    for number, end in enumerate(_KER[:48]):
        names[f"Ker{end} {_QUALITIES[number % len(_QUALITIES)]}"] = 2
    for head, tails in _BRETON[article].items():
        names |= {f"{head} {tail}".strip(): 5 for tail in tails.split("|")}
    return names | _plain(12) | _bourg(names)


def gallo() -> dict[str, int]:
    """Name → weight for Upper Brittany and the Loire's mouth."""
    names = {f"La {stem}ais": 4 for stem in _STEMS} | {f"La {stem}ière": 3 for stem in _STEMS}
    names |= {f"La Ville {person}": 5 for person in _PEOPLE}
    names |= {f"La Ville ès {person}": 3 for person in _PEOPLE[:16]} | {f"La Ville au {_GROUNDS[0]}": 6}
    names |= {f"Le Clos du {ground}": 3 for ground in _GROUNDS}
    names |= {f"Le Bas {ground}": 3 for ground in _GROUNDS[:6]}
    return names | _plain(16) | _bourg(names)


def norman() -> dict[str, int]:
    """Name → weight for Normandy."""
    names = {f"La {stem}ière": 4 for stem in _STEMS} | {f"La {stem}erie": 4 for stem in _STEMS}
    names |= {f"Le Mesnil {person}": 6 for person in _PEOPLE} | {f"La Haye {person}": 3 for person in _PEOPLE}
    names |= {f"Hameau {person}": 4 for person in _PEOPLE} | {f"Hameau du {ground}": 4 for ground in _GROUNDS}
    names |= {f"Le Clos {person}": 3 for person in _PEOPLE} | {
        f"Le Clos du {ground}": 4 for ground in _GROUNDS
    }
    names |= dict.fromkeys(
        ("Le Hamel", "Le Bosq", "La Mare", "Le Val", "Les Monts", "La Cour", "La Haye"), 10
    )
    return names | _plain(10) | _bourg(names)


def bocage() -> dict[str, int]:
    """Name → weight for Maine, Anjou and northern Poitou."""
    names = {f"La {stem}ière": 6 for stem in _STEMS} | {f"La {stem}erie": 5 for stem in _STEMS}
    names |= {f"La Petite {stem}ière": 1 for stem in _STEMS[::3]} | {f"Le Clos du {g}": 2 for g in _GROUNDS}
    return names | _plain(14) | _bourg(names)


def _plain(weight: int) -> dict[str, int]:
    return dict.fromkeys(_PLAIN, weight)


def _bourg(names: dict[str, int]) -> dict[str, int]:
    """One address in ten or so of a region of hamlets is the village itself."""
    return {BOURG: (sum(names.values()) + 300) // 9}
