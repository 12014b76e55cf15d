"""The choices that examples make better than rules, each by sentences on either side."""

import pytest

from streams.extraction import Extractor
from streams.extraction.choices.worth import most_worth
from tests.unit.test_extraction import run, said


def actors(extractor: Extractor, body: str) -> list[str]:
    return [s.actor.name for s in run(extractor, body).statements]


ANTECEDENTS = {
    "not how it is said": (
        "قال اللاعب حبيب نورمحمدوف إنه جاهز. وأضاف متحديا: «هيا بنا نخوض النزال الآن».",
        ["حبيب نورمحمدوف", "حبيب نورمحمدوف"],
    ),
    "the police are not their spokesman": (
        "ألغت السلطات الرحلات. وقال متحدث باسم الشرطة إن التحقيق جار. وقالت الشرطة إن مسؤولين تواصلوا مع الشركة.",
        ["متحدث باسم الشرطة", "الشرطة"],
    ),
    "the same source, behind an institution": (
        "قالت السلطات المحلية لإقليم تطوان إن الخبر عار من الصحة.\nوأوضح المصدر ذاته أن الطريق مفتوح.",
        ["السلطات المحلية لإقليم تطوان", "السلطات المحلية لإقليم تطوان"],
    ),
    "not whoever wrote the article": (
        "قاسم الخبراني- سبق- الرياض: يعاني سكان حي طويق غرب العاصمة الرياض بلوك رقم 8، من انقطاع الماء عن منازلهم "
        "بالكامل منذ أكثر من 20 يوماً؛ لافتين إلى أن شركة المياه الوطنية تتجاهلهم تماماً.",
        ["سكان حي طويق"],
    ),
    "who ends his talk, of which three words may be the cue": (
        "قال اللاعب خالد الزيلعي إن الفريق جاهز للمباراة المقبلة. وختم حديثه قائلا: إن الجماهير ستحضر إلى الملعب.",
        ["خالد الزيلعي", "خالد الزيلعي"],
    ),
    "who spoke last": (
        "قالت وزيرة الصحة هالة منصور إن اللقاح متوفر.\nوأضافت أن الحملة تبدأ غدا.",
        ["هالة منصور", "هالة منصور"],
    ),
    "his highness": (
        "قال الأمير محمد بن ناصر إن الحملة ناجحة.\nوأوضح سموه أن العمل مستمر.",
        ["محمد بن ناصر", "محمد بن ناصر"],
    ),
    "the subject of the sentence, who has not spoken yet": (
        "رحبت روسيا بالقرار، مؤكدة أن الاتفاق قائم.",
        ["روسيا", "روسيا"],
    ),
    "the subject before the participle, not who spoke before": (
        "قال الوزير سامي الحداد إن اللقاح متوفر.\n"
        "وافتتح محافظ جدة ناصر المعولي أمس المعرض السنوي للكتاب، مؤكداً أن عدد الزوار كبير.",
        ["سامي الحداد", "ناصر المعولي"],
    ),
    "a woman's verb is not a man's": (
        "التقت المستشارة أنغيلا ميركل الرئيس إيمانويل ماكرون في برلين. وقالت إن اللقاء كان مفيدا.",
        ["أنغيلا ميركل"],
    ),
    "a title that another bears too, who was named since": (
        "قال وزير الخارجية عادل الجبير إن الحوار مستمر. وقال الجبير في مؤتمر مع وزير الخارجية الألماني فرانك شتاينماير "
        "إن اللقاء كان مفيدا.\nورأى معالي وزير الخارجية أن الأزمة ستنتهي.",
        ["عادل الجبير", "عادل الجبير", "عادل الجبير"],
    ),
    "a document, of whoever it was told of with": (
        "قالت نقابة الصحفيين في بيان إن الحوار ضروري.\nوقال الوزير سامي الحداد إن الوزارة مستعدة.\n"
        "وشدد البيان على أن الحقوق مكفولة.",
        ["نقابة الصحفيين", "سامي الحداد", "نقابة الصحفيين"],
    ),
    "who thanks, not who is thanked": (
        "تلقى نائب خادم الحرمين الشريفين الأمير خالد الحداد اتصالا من الشيخ سامي الخوري أعرب فيه عن إدانته للهجوم. "
        "وقدم سمو نائب خادم الحرمين الشريفين شكره وتقديره لسمو الشيخ سامي الخوري على مشاعره الطيبة.",
        ["سامي الخوري", "خالد الحداد"],
    ),
    "a country is not its news agency": (
        "وقالت وكالة أنباء الصين الجديدة إن الوفد وصل. واعتبرت الصين، الثلاثاء، أن واشنطن تحاول ابتزازها.",
        ["وكالة أنباء الصين الجديدة", "الصين"],
    ),
    "a document, of whoever it was for with a particle": (
        "دخل القرار حيز التنفيذ، وفقا لبيان لدائرة الشؤون الخارجية.\nوأفاد البيان أن الهجمات مقلقة.",
        ["دائرة الشؤون الخارجية", "دائرة الشؤون الخارجية"],
    ),
}


@pytest.mark.parametrize("construction", ANTECEDENTS)
def test_an_implied_subject_stands_for(extractor: Extractor, construction: str) -> None:
    body, expected = ANTECEDENTS[construction]
    assert actors(extractor, body) == expected


DESCRIPTIONS = {
    "nobody else, behind a spokesman": (
        "وقال المتحدث باسم عباس، نبيل أبو ردينة، إن الرئيس بخير. وتشير التقارير الأولية إلى أن المستشفى أجرى فحوصا له.",
        "التقارير الأولية",
    ),
    "nobody else, behind an institution": (
        "قال مجلس الوزراء الصيني إن البحث سيستمر. وتشير التقارير الرسمية إلى أن مئة شخص فقدوا في الحادث.",
        "التقارير الرسمية",
    ),
    "rather nobody else than who spoke before": (
        "قالت مصادر الوطن إن الرحلات ستستأنف. وتلا المسافرون بيانا أمام المطار. وأوضح البيان أن المطار سيفتح غدا.",
        "البيان",
    ),
    "a judge, not whose claims he refuses": (
        "وقالت فيكتوريا أمبروز في المحكمة إنها بريئة. ورفض القاضي مزاعم أمبروز أمس. "
        "وأوضح القاضي أن الساعات الذكية تشتت الانتباه.",
        "القاضي",
    ),
    "who is called by the whole of his office once more, behind another with a name": (
        "وصل رئيس الوزراء السويدي سامي الحداد إلى المدينة أمس. وقال الرئيس الأمريكي رامي الخوري إن القمة قريبة. "
        "وصرح رئيس الوزراء السويدي بأن الحملة تبدأ غدا.",
        "سامي الحداد",
    ),
    "the minister who spoke, with another institution between": (
        "قال وزير المالية سامي الحداد إن الميزانية جاهزة. وأعلنت الشرطة أن الطريق مفتوح. وأوضح الوزير أن العجز تراجع.",
        "سامي الحداد",
    ),
    "the correspondent who is the source": (
        "ذكر الجيش الإسرائيلي أن صاروخا سقط في منطقة خالية. وقال مراسل العربية إن الصفارات دوت. "
        "ونوه المصدر إلى أن السكان في الملاجئ.",
        "مراسل العربية",
    ),
}


@pytest.mark.parametrize("construction", DESCRIPTIONS)
def test_a_description_stands_for(extractor: Extractor, construction: str) -> None:
    body, expected = DESCRIPTIONS[construction]
    assert actors(extractor, body)[-1] == expected


SPEAKERS = {
    "the subject behind the verb": ("وأكد وزير النفط علي النعيمي أن الإنتاج مستقر.", "وزير النفط علي النعيمي"),
    "not the addressee": ("وقال ماكرون لنظيره الروسي فلاديمير بوتين إن الاتفاق ضروري.", "ماكرون"),
    "a title that goes on with ل": (
        "وأوضح النائب العلمي لرئيس البرنامج عبد العزيز العماري أن النتائج جاهزة.",
        "النائب العلمي لرئيس البرنامج عبد العزيز العماري",
    ),
    "not the day": ("وأعلن الأسبوع الماضي وزير الصحة سامي الحداد أن الحملة بدأت.", "وزير الصحة سامي الحداد"),
    "before the verb, not whom it warns": ("وكان ترامب حذر بكين من أن الرسوم سترتفع.", "ترامب"),
    "within what was taken for a longer name": (
        "وفي سياق آخر، أكد المعلم الاتفاق على خارطة الطريق مع واشنطن وأنقرة.",
        "المعلم",
    ),
    "a name in quotation marks": ("وقالت «بلومبرغ» إن الأسعار سترتفع.", "بلومبرغ"),
    "our own correspondent": ("ويقول مراسلنا إن الطريق مفتوح.", "مراسلنا"),
    "a director general, not a year": (
        "وأوضح مدير عام الشؤون الصحية بمنطقة عسير الدكتور خالد الأصمعي أن المستشفى جاهز.",
        "مدير عام الشؤون الصحية بمنطقة عسير الدكتور خالد الأصمعي",
    ),
    "an ambassador with where and with a name behind a comma": (
        "وقالت السفيرة الأمريكية لدى الأمم المتحدة، نيكي هيلي، إن إيران تنتهك الاتفاق.",
        "السفيرة الأمريكية لدى الأمم المتحدة، نيكي هيلي",
    ),
    "who is over what": (
        "وقال المشرف العام على إدارة الإعلام الدكتور سمير النجدي إن القبول مستمر.",
        "المشرف العام على إدارة الإعلام الدكتور سمير النجدي",
    ),
    "an envoy to where": (
        "وقال المبعوث الأممي لليمن مارتن غريفيث إن المشاورات ستعقد في جنيف.",
        "المبعوث الأممي لليمن مارتن غريفيث",
    ),
    "a name as a hashtag": ("وقال وزير الخارجية #عادل_الجبير إن الأمر انتهى.", "وزير الخارجية #عادل_الجبير"),
    "not the object of a speech act": ("وأعلن الديوان الملكي وفاة الأمير بندر بن عبد العزيز.", "الديوان الملكي"),
    "a medium in quotation marks behind ل": (
        'وتراجع سعر الذهب في ضوء توقعات رفع أسعار الفائدة، وفقاً لـ"رويترز".',
        "رويترز",
    ),
    "not the circumstance in the accusative behind it": (
        "قتل تسعة جنود في هجوم بسيارة مفخخة، على ما أعلن مصدر عسكري محملاً تنظيم القاعدة المسؤولية.",
        "مصدر عسكري",
    ),
    "behind a verb that follows the whole of what it reports": (
        "«الوضع خطير جدا في المدينة ولا نملك الأدوية»، يقول الطبيب سامي حداد.",
        "الطبيب سامي حداد",
    ),
    "هكذا قال, behind what it reports": (
        "«لن نتراجع عن مطالبنا مهما حدث»، هكذا قال زعيم المعارضة رائد صلاح أمام أنصاره.",
        "زعيم المعارضة رائد صلاح",
    ),
    "behind أما, with a pause and فقد": (
        "أما الأصوات المؤيدة للحكم، فقد اعتبرت أن القرار إنصاف للزوجات.",
        "الأصوات المؤيدة للحكم",
    ),
    "not what the sentence is about": ("أما الحكومة العراقية فقالت إن القرار نهائي.", "الحكومة العراقية"),
}


@pytest.mark.parametrize("construction", SPEAKERS)
def test_the_speaker_is(extractor: Extractor, construction: str) -> None:
    body, expected = SPEAKERS[construction]
    statement = run(extractor, body).statements[0]
    assert statement.speaker is not None
    assert statement.speaker.text == expected


ENDS = {
    "before the next verb of saying": (
        "قال الوزير سامي الحداد إن اللقاح متوفر في جميع المراكز الصحية وأكد أن الحملة تبدأ غدا.",
        ["اللقاح متوفر في جميع المراكز الصحية", "الحملة تبدأ غدا"],
    ),
    "before the trailing attribution": (
        "قال الوزير سامي الحداد إن اللقاح متوفر، بحسب وكالة رويترز.",
        ["اللقاح متوفر"],
    ),
    "not at a pause within": (
        "قال الوزير سامي الحداد إن اللقاح متوفر في الرياض، وجدة، والدمام.",
        ["اللقاح متوفر في الرياض، وجدة، والدمام"],
    ),
    "before what the narrator adds of somebody else": (
        "وقال شهود عيان إنهم شاهدوا طائرات تقصف البلدة، كما أظهرت مقاطع مصورة معاناة الضحايا.",
        ["إنهم شاهدوا طائرات تقصف البلدة"],
    ),
    "not before what a source says of its name": (
        "قال مصدر دبلوماسي عربي لوكالة فرانس برس طالبا عدم ذكر اسمه إن القمة ستؤجل.",
        ["القمة ستؤجل"],
    ),
    "behind what the speaker adds of the same": (
        "وأوضح الوزير سامي الحداد أن الوضع صعب ومعظم المستشفيات مدمرة، كما أنها تحتاج إلى أطباء وجراحين.",
        ["الوضع صعب ومعظم المستشفيات مدمرة، كما أنها تحتاج إلى أطباء وجراحين"],
    ),
}


@pytest.mark.parametrize("construction", ENDS)
def test_the_content_ends(extractor: Extractor, construction: str) -> None:
    body, expected = ENDS[construction]
    assert [s.content.text for s in run(extractor, body).statements] == expected


WORTH = {
    "the likeliest of two that are far apart": ([0.6, 0.4], [(0, 3), (0, 20)], 0),
    "the likeliest where it is all but sure": ([0.7, 0.2, 0.1], [(0, 3), (0, 20), (0, 21)], 0),
    "one that two likely ones are near to": ([0.4, 0.3, 0.3], [(0, 3), (0, 20), (0, 21)], 1),
}


@pytest.mark.parametrize("case", WORTH)
def test_the_content_worth_most_is(case: str) -> None:
    shares, contents, best = WORTH[case]
    assert most_worth(shares, contents)[0] == best


TYPES = {
    "a name in quotation marks": ("قال المدير سامي الحداد إن صحيفة «الوطن» ستصدر غدا.", "indirect"),
    "words of the speaker in quotation marks": (
        "قال المدير سامي الحداد إن الوضع «خطير ولا يحتمل التأجيل» في المدينة.",
        "mixed",
    ),
    "all in quotation marks": ("قال المدير سامي الحداد: «الوضع خطير ولا يحتمل التأجيل».", "direct"),
}


@pytest.mark.parametrize("construction", TYPES)
def test_the_type_is(extractor: Extractor, construction: str) -> None:
    body, expected = TYPES[construction]
    assert [s.type for s in run(extractor, body).statements] == [expected]


def test_a_verb_and_its_complement_are_read_in_the_likeliest_way(extractor: Extractor) -> None:
    # the complement is the agreement, not the clause behind "his argument is that"
    body = "انتقد رئيس الوزراء بنيامين نتنياهو الاتفاق النووي بشدة."
    assert said(extractor, body) == [("بنيامين نتنياهو", "انتقد", "indirect", "الاتفاق النووي بشدة")]


def test_confidence_is_lower_where_the_actor_is_a_guess(extractor: Extractor) -> None:
    sure = run(extractor, "قال وزير الصحة سامي الحداد إن اللقاح متوفر.").statements[0]
    guess = run(extractor, "التقى سامي الحداد رامي القاسم في عمان مساء أمس. وأضاف أن الحملة تبدأ غدا.").statements
    assert 0.7 < sure.confidence <= 1
    assert all(s.confidence < sure.confidence for s in guess)
