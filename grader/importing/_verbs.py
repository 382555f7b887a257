"""Words by which clauses of technical prose are told from lists of nouns."""

from grader.importing._document import word_set

AUXILIARIES = word_set(
    """
    is are was were has have had does do did can could may might must shall should will would
    cannot can't don't doesn't isn't aren't won't needs need
    """
)
# Verbs of technical prose, and those among them that are nouns as often ("limits", "cache").
VERBS = word_set(
    """
    accept add allow answer apply arrive ask assign assume authenticate authorize avoid become
    begin belong bind block break bring build cache calculate call catch cause change check
    choose clarify clean clear close collect combine come commit compare compress compute
    configure confirm connect consider consume contain control convert correlate cost cover
    create decide decode decouple decrease deduplicate define delay delete deliver deny depend
    deploy describe design detect determine discuss distinguish distribute divide document drain
    drop emit enable encode encrypt end enforce ensure escape establish estimate evaluate evict
    execute exist expand expire explain expose extract fail fetch find finish fix flush follow
    forget forward generate give go grow guarantee handle happen hash help hide hold hurt
    identify ignore implement improve include increase index inject insert inspect instrument
    introduce invalidate isolate justify keep know lead leave let limit list listen load lock
    log lose maintain make map mark match mean measure mention merge migrate minimise minimize
    monitor move name need note notify observe occur offer open optimise optimize own parse
    partition pass pay perform persist pick plan point prefer prepare prevent prioritise
    prioritize produce profile propagate propose protect prove provide publish push put queue
    raise reach read rebuild receive recognise recognize record reduce refer reject release rely
    remain remember remove replace reply report request require reserve resolve respond restart
    restore resume retry return reuse roll rotate route run sanitise sanitize save say scale
    schedule search secure see seem send separate serve set shard share show shut sign simplify
    sit slow solve sort specify speed spend split spread stand start state stay stop store
    stream structure succeed suggest support survive switch synchronise synchronize take talk
    tell tend test throttle throw tolerate trace track treat trigger try tune turn understand
    undo update use validate vary verify version wait wake warm watch weigh work wrap write
    yield
    """
)
AMBIGUOUS = word_set(
    """
    answer ask block break build cache call catch cause change check close commit control cost
    cover delay design document drop end estimate fail fix hash help hold index lead limit list
    load lock log map mark match measure monitor move name need note offer open own pass pay
    pick plan point profile push queue raise read record release reply report request return
    roll route run save say scale schedule search see send set shard share show sign slow sort
    speed split spread stand start state stay stop store stream structure support switch take
    talk test throw trace track treat trigger try turn update use version wait wake watch work
    wrap write yield
    """
)
DETERMINERS = word_set(
    """
    a an the each every all any no some both only your our my his her another one two several
    many most sensitive old new expired invalid
    """
)
